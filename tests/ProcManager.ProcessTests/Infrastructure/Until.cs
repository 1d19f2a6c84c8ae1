namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Waits for something that only looking can tell, such as a state in /proc.</summary>
internal static class Until
{
    internal static Task True(Func<bool> condition, string what, int seconds = 30) => True(condition, () => what, seconds);

    /// <summary>As the other one; what was not the case is said as it is at the end.</summary>
    internal static async Task True(Func<bool> condition, Func<string> what, int seconds = 30)
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

    internal static async Task True(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        long end = Environment.TickCount64 + (seconds * 1000L);
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Not within {seconds} s: {what}.");
            }

            await Task.Delay(5);
        }
    }
}
