using System.Diagnostics;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>Foreign programs that may not be here.</summary>
internal static class Tools
{
    /// <summary>By name in the PATH and where Debian has what only root starts; the name may have wildcards.</summary>
    internal static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, name).Order())
            .FirstOrDefault();

    /// <summary>Runs it to its end, without a word on our output.</summary>
    internal static bool Succeeds(string name, params string[] arguments)
    {
        if (Find(name) is not { } file)
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEnd();
        _ = output.Result;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
