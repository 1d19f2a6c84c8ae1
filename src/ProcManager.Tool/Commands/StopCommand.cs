using ProcManager.Posix;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Stops a pool, and waits until its manager has ended.</summary>
internal static class StopCommand
{
    internal static int Run(PoolTarget target, bool kill, bool wait)
    {
        using ManagerClient client = PoolFinder.Find(target);
        int pidFd = Children.OpenPidFd(client.ProcessId); // before the stop, so that it is this process for sure
        client.Ask(kill ? """{"command":"stop","kill":true}""" : """{"command":"stop"}""");
        if (!wait)
        {
            Console.WriteLine($"{client.Program} (pid {client.ProcessId}) stops.");
            return ExitCodes.Done;
        }

        if (pidFd >= 0)
        {
            Connections.WaitFor(pidFd, Constants.POLLIN, -1); // a pidfd is readable when its process has ended, see pidfd_open(2)
            Descriptors.Close(pidFd);
        }

        Console.WriteLine($"{client.Program} (pid {client.ProcessId}) has ended.");
        return ExitCodes.Done;
    }
}
