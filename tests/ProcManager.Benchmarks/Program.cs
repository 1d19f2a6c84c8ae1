using System.Runtime.InteropServices;
using ProcManager.Benchmarks;

// The yardstick of the memory benchmark: an empty program that waits on a signal.
if (args is ["--empty"])
{
    using var done = new ManualResetEventSlim();
    using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        done.Set();
    });
    done.Wait();
    return 0;
}

var benchmarks = new Dictionary<string, Func<Report, Task>>
{
    ["hook"] = HookBenchmark.Run,
    ["respawn"] = RespawnBenchmark.Run,
    ["reload"] = ReloadBenchmark.Run,
    ["scale"] = ScaleBenchmark.Run,
};
string[] wanted = args is ["all"] ? [.. benchmarks.Keys] : args;
if (wanted.Length == 0 || wanted.Any(name => !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/ProcManager.Benchmarks -- {string.Join('|', benchmarks.Keys)}|all");
    return 2;
}

var report = new Report();
foreach (string name in wanted)
{
    Console.WriteLine($"\n{name}");
    await benchmarks[name](report);
}

return report.Missed ? 1 : 0;
