using System.Diagnostics;

namespace ProcManager.PackageTests.Infrastructure;

/// <summary>A line for the shell.</summary>
internal static class Command
{
    /// <summary>Gives what it wrote to standard output; an exit code other than 0 fails the test with both outputs.</summary>
    internal static async Task<string> Run(string folder, Dictionary<string, string> environment, string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "{0} wrote:\n{1}\n{2}", command, output, await error);
        return output;
    }
}
