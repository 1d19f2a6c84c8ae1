namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>Waits for something that only looking can tell, such as a state in /proc.</summary>
internal static class Until
{
    internal static Task True(Func<bool> condition, string what, int seconds = 60) => True(condition, () => what, seconds);

    internal static async Task True(Func<bool> condition, Func<string> what, int seconds = 60)
    {
        long end = Environment.TickCount64 + (seconds * 1000L);
        while (!condition())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Not within {seconds} s: {what()}.");
            }

            await Task.Delay(5);
        }
    }
}
