using Xunit.Abstractions;

namespace ProcManager.Diagnostics.Tests.Infrastructure;

/// <summary>A capture as the manager asks for it, and the blocks of its text.</summary>
internal static class Captures
{
    internal static async Task<string> Of(int pid, ITestOutputHelper output, double seconds = 60, string? dumpFile = null)
    {
        // One that has no end fails its test, and does not hold up all others.
        var request = new WorkerCaptureRequest(pid, TimeSpan.FromSeconds(seconds), dumpFile);
        string text = await Task.Run(() => new StackCapture().Capture(request, CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(seconds + 20));
        output.WriteLine(text);
        return text;
    }

    /// <summary>The one block with this method.</summary>
    internal static string[] Block(this string text, string method) =>
        text.Split("\n\n").Should().ContainSingle(b => b.Contains(method, StringComparison.Ordinal), "{0} is on one stack only", method).Which.Split('\n');
}
