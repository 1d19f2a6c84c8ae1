using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcManager.TestWorker;

/// <summary>Children of the host that it hands over.</summary>
internal static partial class Adopted
{
    private static readonly List<Process> Kept = [];
    private static readonly ManualResetEventSlim Told = new();

    internal static int Start(ProcessManager manager, string[] command)
    {
        int pid = Spawn(command);
        manager.Adopt(pid);
        Console.WriteLine($"adopted {pid}");
        return pid;
    }

    /// <summary>Starts a process without a thread of the runtime's, which would have a number of its own.</summary>
    internal static unsafe int Spawn(params string[] command)
    {
        nint[] arguments = [.. command.Select(Marshal.StringToCoTaskMemUTF8), 0];
        nint[] environment = [0];
        int pid;
        fixed (nint* argv = arguments, envp = environment)
        {
            if (posix_spawn(&pid, arguments[0], null, null, argv, envp) != 0)
            {
                throw new InvalidOperationException($"{command[0]} could not be started.");
            }
        }

        return pid;
    }

    /// <summary>Before managing begins; and with "ended" it is over by then, reaped by somebody else, and with "reused" its number is a bystander's.</summary>
    internal static unsafe void Before(ProcessManager manager, string[] words)
    {
        string[] command = [.. words[1..].Where(static w => w is not ("ended" or "reused"))];
        int pid = words[0] == "adopt" ? Start(manager, command) : StartProcess(manager, command);
        bool ends = words.Contains("ended") || words.Contains("reused");
        if (ends && words[0] == "adopt")
        {
            int status;
            _ = waitpid(pid, &status, 0); // a host that reaps its child itself; the runtime does so for a Process
        }

        while (ends && Directory.Exists($"/proc/{pid}"))
        {
            Thread.Sleep(5);
        }

        if (words.Contains("reused"))
        {
            if (words[0] != "adopt")
            {
                Told.Wait(); // on a thread of the pool, which is made for it and could take the number
            }

            Bystander.Start(pid);
        }
    }

    internal static int StartProcess(ProcessManager manager, string[] command)
    {
        Process process = Process.Start(command[0], command[1..]);
        Kept.Add(process);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            Console.WriteLine($"process exited {process.Id} {process.ExitCode}");
            Told.Set();
        };
        manager.Adopt(process);
        Console.WriteLine($"adopted {process.Id}");
        return process.Id;
    }

    /// <summary>
    /// Whoever spawns waits in the kernel until the child has run its program; before that the child opens a fifo, which takes somebody who writes to it.
    /// </summary>
    internal static unsafe void SpawnBehind(string fifo)
    {
        byte* actions = stackalloc byte[1024];
        nint path = Marshal.StringToCoTaskMemUTF8("/bin/true");
        nint[] arguments = [path, 0];
        nint[] environment = [0];
        int pid;
        fixed (nint* argv = arguments, envp = environment)
        {
            _ = posix_spawn_file_actions_init(actions);
            _ = posix_spawn_file_actions_addopen(actions, 0, Marshal.StringToCoTaskMemUTF8(fifo), 0, 0);
            _ = posix_spawn(&pid, path, actions, null, argv, envp);
        }
    }

    internal static unsafe void KillAndReap(int pid)
    {
        int status;
        _ = kill(pid, 9);
        _ = waitpid(pid, &status, 0);
    }

    internal static unsafe void WaitAny()
    {
        int status;
        Console.WriteLine($"took {waitpid(-1, &status, 0)}");
    }

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn(int* pid, nint path, void* actions, void* attributes, nint* argv, nint* envp);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_addopen(void* actions, int fd, nint path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static unsafe partial int waitpid(int pid, int* status, int options);
}
