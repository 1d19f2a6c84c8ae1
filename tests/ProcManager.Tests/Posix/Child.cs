using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

/// <summary>A process that a test starts with the spawner, and its end.</summary>
internal static unsafe class Child
{
    internal static readonly string[] Environment = ["PATH=/usr/bin:/bin"];

    internal static int Spawn(string path, string[] arguments, int[]? inherited = null) =>
        Spawner.Spawn(new SpawnRequest(path, [Path.GetFileName(path), .. arguments], Environment, inherited ?? []));

    internal static int Shell(string script, int[]? inherited = null, params string[] arguments) =>
        Spawn("/bin/sh", ["-c", script, "sh", .. arguments], inherited);

    /// <summary>Waits for its pidfd, then reaps it.</summary>
    internal static ChildEnd End(int pid)
    {
        int fd = Children.OpenPidFd(pid);
        fd.Should().BeGreaterThan(0);
        WaitUntilEnded(fd);
        ChildEnd? end = Children.TryReap(pid);
        Descriptors.Close(fd);
        end.Should().NotBeNull("its pidfd said that it has ended");
        return end!.Value;
    }

    internal static void WaitUntilEnded(int pidFd)
    {
        var poll = new PollFd { Fd = pidFd, Events = Constants.POLLIN };
        int ready;
        do
        {
            ready = LibC.poll(&poll, 1, (int)Deadline.Long.TotalMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR); // some other test's child has ended

        ready.Should().Be(1);
    }

    /// <summary>Runs a script that ends well, and returns what it wrote to the file named by its first argument.</summary>
    internal static string Output(string script, int[]? inherited = null, params string[] arguments)
    {
        using var folder = new TempFolder();
        int pid = Shell(script + " > \"$1\"", inherited, [folder["out"], .. arguments]);
        End(pid).ExitCode.Should().Be(0);
        return File.ReadAllText(folder["out"]);
    }
}
