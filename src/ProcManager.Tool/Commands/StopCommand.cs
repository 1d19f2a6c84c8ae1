using ProcManager.Posix;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Stops a pool, and waits until its manager has ended.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    internal static int Run(PoolTarget target, bool kill, bool wait)
    {
        using ManagerClient client = PoolFinder.Find(target);
        int pid = client.ProcessId;
        long started = pid > 0 ? ProcFs.StartTime(pid) : 0;
        int pidFd = pid > 0 ? Children.OpenPidFd(pid) : -1; // before the stop, so that it is this process for sure
        try
        {
            client.Ask(kill ? """{"command":"stop","kill":true}""" : """{"command":"stop"}""");
            Console.WriteLine($"{client.Name} {(wait ? Wait(client, pidFd, started) : "stops.")}");
            return ExitCodes.Done;
        }
        finally
        {
            Descriptors.Close(pidFd);
        }
    }

    private static string Wait(ManagerClient client, int pidFd, long started)
    {
        if (pidFd >= 0)
        {
            Connections.WaitFor(pidFd, Constants.POLLIN, -1); // a pidfd is readable when its process has ended, see pidfd_open(2)
            return "has ended.";
        }

        if (started != 0)
        {
            // A kernel before Linux 5.3 tells no end of another's child, so it is asked.
            while (ProcFs.StartTime(client.ProcessId) == started && !(ProcFs.TryStat(client.ProcessId, out char state, out _) && state is 'Z' or 'X'))
            {
                Thread.Sleep(Interval);
            }

            return "has ended.";
        }

        client.WaitForEnd();
        return "has closed its control socket. Its process cannot be seen from here.";
    }
}
