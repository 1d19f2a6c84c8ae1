using System.Diagnostics;

namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>A process of a test, killed with it.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    internal TestProcess(string program, params string[] arguments) => _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    internal int Pid => _process.Id;

    internal Task<string?> Line() => _process.StandardOutput.ReadLineAsync();

    internal void Write(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>By the program kill: .NET knows only KILL.</summary>
    internal void Signal(string signal) => Run("kill", $"-{signal}", Pid.ToString(System.Globalization.CultureInfo.InvariantCulture));

    internal void KillAndWait()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    internal static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, "{0} {1}", program, string.Join(' ', arguments));
        return output.Trim();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            KillAndWait();
        }

        _process.Dispose();
    }
}
