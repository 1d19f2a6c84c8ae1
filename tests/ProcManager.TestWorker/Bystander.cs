using System.Text;

namespace ProcManager.TestWorker;

/// <summary>A process that has the pid of a worker that is gone. It says which signals it gets.</summary>
internal static class Bystander
{
    internal static void Start(int pid)
    {
        // The kernel gives out the number after the last one. A thread that is made in between takes it, and a thread of the pool lives for 20 s.
        using FileStream last = File.OpenWrite("/proc/sys/kernel/ns_last_pid");
        byte[] before = Encoding.ASCII.GetBytes($"{pid - 1}");
        while (true)
        {
            last.Position = 0;
            last.Write(before);
            last.Flush();
            int started = Adopted.Spawn("/bin/sh", "-c", "trap 'echo bystander was signalled' HUP INT QUIT TERM; echo bystander $$; while :; do /bin/sleep 1; done");
            if (started == pid)
            {
                return;
            }

            Adopted.KillAndReap(started);
        }
    }
}
