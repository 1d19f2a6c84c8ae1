using System.Diagnostics;
using System.Reflection;

namespace ProcManager.Diagnostics.Tests.Infrastructure;

/// <summary>A process to look into. It is gone with the test, stopped or not, and so are the files its runtime made.</summary>
internal sealed class Target : IAsyncDisposable
{
    private readonly Process _process;

    private Target(string program, params IEnumerable<string> arguments) =>
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    internal int Pid => _process.Id;

    /// <summary>The test program, stuck in the way that is asked for.</summary>
    internal static async Task<Target> Stuck(params string[] how)
    {
        var target = new Target(Path.Combine(BuiltAt("TestTargetPath"), "ProcManager.Diagnostics.TestTarget"), how);
        try
        {
            string? line = await target._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            line.Should().Be("ready");
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>A program that is none of .NET.</summary>
    internal static Target Foreign() => new("/bin/sleep", "600");

    internal async Task Stop()
    {
        Native.Send(Pid, Native.Stop);
        await Until.True(() => Native.State(Pid) == 'T', "the target is stopped");
    }

    internal void Continue() => Native.Send(Pid, Native.Cont);

    /// <summary>What was left in the folder for temporary files by a look into this process.</summary>
    internal IReadOnlyList<string> Leftovers => TraceFolder.Of(Pid);

    public async ValueTask DisposeAsync()
    {
        int pid = Pid;
        _process.Kill(); // also ends one that is stopped
        await _process.WaitForExitAsync();
        _process.Dispose();
        foreach (string name in new[] { $"dotnet-diagnostic-{pid}-*", $"clr-debug-pipe-{pid}-*" })
        {
            foreach (string file in Directory.GetFiles(Path.GetTempPath(), name))
            {
                File.Delete(file);
            }
        }
    }

    private static string BuiltAt(string key) => typeof(Target).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
