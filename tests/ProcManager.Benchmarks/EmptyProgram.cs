using System.Runtime.InteropServices;

namespace ProcManager.Benchmarks;

/// <summary>The yardstick of memory: a .NET console program that waits on a signal and does nothing else.</summary>
internal static class EmptyProgram
{
    internal static int Run()
    {
        using var told = new ManualResetEventSlim();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            told.Set();
        });
        told.Wait();
        return 0;
    }
}
