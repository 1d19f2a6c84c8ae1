using System.Diagnostics;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>A user without a name, a home and other processes.</summary>
internal static class OrdinaryUser
{
    private const string Id = "54321";

    /// <summary>Runs the rest of a command as this user, without capabilities. Takes root.</summary>
    internal static string[] Wrapper { get; } = ["setpriv", $"--reuid={Id}", $"--regid={Id}", "--clear-groups"];

    /// <summary>Sets how many processes and threads this user may have for one of its processes to make one more: 1 refuses all, null takes the limit back.</summary>
    internal static async Task LimitThreads(int pid, int? limit)
    {
        using Process prlimit = Process.Start(Wrapper[0], [.. Wrapper[1..], "prlimit", "--pid", $"{pid}", $"--nproc={limit ?? 1000}:"]);
        await prlimit.WaitForExitAsync();
        prlimit.ExitCode.Should().Be(0);
    }

    /// <summary>A copy of the test worker that any user may run, wherever the repository is.</summary>
    internal static string Program(TempFolder folder) => Programs.CopyTestWorker(folder);
}
