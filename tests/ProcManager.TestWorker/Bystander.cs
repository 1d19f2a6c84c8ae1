using System.Diagnostics;

namespace ProcManager.TestWorker;

/// <summary>A process that has the pid of a worker that is gone. It says which signals it gets.</summary>
internal static class Bystander
{
    internal static void Start(int pid)
    {
        // The kernel gives out the number after the last one; a thread that is made in between takes it, and then it has to go round.
        while (true)
        {
            File.WriteAllText("/proc/sys/kernel/ns_last_pid", $"{pid - 1}");
            Process process = Process.Start("/bin/sh", ["-c", "trap 'echo bystander was signalled' HUP INT QUIT TERM; echo bystander $$; while :; do sleep 1; done"]);
            if (process.Id == pid)
            {
                return;
            }

            process.Kill();
        }
    }
}
