using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// An assembly of the program that cannot be opened, since the process has no descriptor left, is missing for good: the runtime does not try again, and each later use fails with a
/// FileNotFoundException, which is an IOException and looks to many programs like a client that has gone. Such a worker would take connections and answer none; it leaves instead.
/// </summary>
internal static class FailedLoads
{
    private static int _looks;

    /// <summary>False: there are descriptors. Then the file is missing, or another version is asked for, and another worker would fare no better.</summary>
    private static bool IsOutOfDescriptors => Descriptors.NextFree(0) == int.MaxValue;

    /// <summary>
    /// Once, in a worker. Looks at each exception as it is thrown, since the runtime asks no AssemblyResolve for such an assembly, and the program may swallow the exception. The
    /// request in which it is thrown goes on; the worker leaves behind it.
    /// </summary>
    internal static void Watch(Action leave, ILogger log) => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
    {
        // What the look itself throws is not looked at. Plain code: what it needs must be loaded already.
        if (thrown.Exception is FileNotFoundException { FileName: { } name } && Interlocked.Exchange(ref _looks, 1) == 0)
        {
            if (PathOf(name) is { } path && IsOutOfDescriptors)
            {
                leave(); // on this thread: without descriptors the runtime can make no other, and ends the process in the attempt
                WorkerLog.AssemblyNotLoaded(log, path);
                return;
            }

            Volatile.Write(ref _looks, 0);
        }
    };

    /// <summary>Null: no assembly that the program was started with.</summary>
    private static string? PathOf(string name)
    {
        int comma = name.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
        {
            return null; // a file, not the name of an assembly
        }

        string end = $"/{name[..comma]}.dll";
        string all = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        int at = $"{all}:".IndexOf(end + ":", StringComparison.Ordinal);
        return at < 0 ? null : all[(all.LastIndexOf(':', at) + 1)..(at + end.Length)];
    }
}
