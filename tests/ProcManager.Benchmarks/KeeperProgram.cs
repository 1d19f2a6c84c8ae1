using System.Runtime.InteropServices;
using ProcManager.Services;

namespace ProcManager.Benchmarks;

/// <summary>A keeper of the services in a file, until TERM.</summary>
internal static class KeeperProgram
{
    internal const string Begun = "the keeper has begun";

    internal static int Run(string file)
    {
        using var ended = new ManualResetEventSlim();
        using PosixSignalRegistration onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            ended.Set();
        });
        var keeper = new ServiceKeeper(ServiceKeeperOptions.ReadFile(file));
        keeper.Start();
        Console.Error.WriteLine(Begun);
        ended.Wait();
        keeper.StopAsync().Wait();
        return 0;
    }
}
