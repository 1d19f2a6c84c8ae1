using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

/// <summary>Numbers typed from memory are compared with the headers of this machine.</summary>
public class ConstantsOfTheCompiler
{
    private const string Head = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stddef.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <grp.h>
        #include <poll.h>
        #include <linux/futex.h>
        #include <linux/sched.h>
        #include <pthread.h>
        #include <pwd.h>
        #include <sched.h>
        #include <signal.h>
        #include <spawn.h>
        #include <time.h>
        #include <sys/epoll.h>
        #include <sys/file.h>
        #include <sys/mman.h>
        #include <linux/capability.h>
        #include <sys/prctl.h>
        #include <unistd.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <termios.h>
        int main(void) {

        """;

    [FactWithCompiler]
    public void Every_number_is_what_the_C_compiler_says()
    {
        Dictionary<string, long> ours = Numbers(typeof(Constants)).Concat(Numbers(typeof(Errno))).ToDictionary();
        ours["sizeof(struct epoll_event)"] = Constants.EpollEventSize;
        ours["O_NOFOLLOW"] = Constants.O_NOFOLLOW;
        ours["O_DIRECTORY"] = Constants.O_DIRECTORY;
        ours["SYS_futex"] = Constants.SYS_futex;
        ours["SYS_gettid"] = Constants.SYS_gettid;
        ours["SYS_sched_setattr"] = Constants.SYS_sched_setattr;
        ours["SYS_sched_getattr"] = Constants.SYS_sched_getattr;
        ours["FUTEX_WAITERS"] = 0x80000000; // in LifeLock
        ours["FUTEX_OWNER_DIED"] = LifeLock.OwnerDied;
        ours[$"sizeof(pthread_mutex_t) <= {LifeLock.Size} && sizeof(pthread_mutexattr_t) <= 64"] = 1;
        ours["PTHREAD_PROCESS_SHARED"] = 1;
        ours["PTHREAD_MUTEX_ROBUST"] = 1;
        ours["SIGHUP"] = Signals.HUP;
        ours["SIGINT"] = Signals.INT;
        ours["SIGQUIT"] = Signals.QUIT;
        ours["SIGKILL"] = Signals.KILL;
        ours["SIGTERM"] = Signals.TERM;
        ours["SIGUSR1"] = Signals.USR1;
        ours["SIGUSR2"] = Signals.USR2;
        ours["SIGCHLD"] = Signals.CHLD;
        ours["SIGTTIN"] = Signals.TTIN;
        ours["SIGTTOU"] = Signals.TTOU;
        ours["sizeof(struct flock)"] = Marshal.SizeOf<FileLock>();
        ours["sizeof(struct pollfd)"] = Marshal.SizeOf<PollFd>();
        ours["offsetof(struct rusage, ru_stime)"] = 2 * sizeof(long);
        ours["offsetof(struct rusage, ru_maxrss)"] = 4 * sizeof(long);
        ours["sizeof(struct rusage) <= 256 && sizeof(struct statx) <= 256"] = 1;
        ours["sizeof(posix_spawnattr_t) <= 1024 && sizeof(posix_spawn_file_actions_t) <= 1024"] = 1;
        ours["sizeof(sigset_t) <= 128 && sizeof(struct sigaction) <= 64 * sizeof(void *)"] = 1;
        ours["offsetof(struct sigaction, sa_handler)"] = 0;
        ours["sizeof(struct epoll_event) - offsetof(struct epoll_event, data)"] = 8;
        ours["SYS_setgroups"] = Constants.SYS_setgroups;
        ours["SYS_setresuid"] = Constants.SYS_setresuid;
        ours["SYS_setresgid"] = Constants.SYS_setresgid;
        ours["SYS_timer_create"] = Constants.SYS_timer_create;
        ours["SYS_timer_settime"] = Constants.SYS_timer_settime;
        ours["sizeof(struct sigevent) <= 64 && sizeof(struct itimerspec)"] = 1;
        ours["offsetof(struct sigevent, sigev_signo)"] = 8;
        ours["offsetof(struct sigevent, sigev_notify)"] = 12;
        ours["offsetof(struct itimerspec, it_value)"] = 16;
        ours["offsetof(struct statx, stx_mode)"] = 28;
        ours["offsetof(struct statx, stx_ino)"] = 32;
        ours["offsetof(struct statx, stx_size)"] = 40;
        ours["offsetof(struct statx, stx_nlink)"] = 16;
        ours["offsetof(struct statx, stx_uid)"] = 20;
        ours["offsetof(struct statx, stx_gid)"] = 24;
        ours["sizeof(struct ucred)"] = 3 * sizeof(int);
        ours["sizeof(struct passwd)"] = Marshal.SizeOf<LibC.Passwd>();
        ours["offsetof(struct passwd, pw_uid)"] = Marshal.OffsetOf<LibC.Passwd>(nameof(LibC.Passwd.UserId));
        ours["offsetof(struct passwd, pw_gid)"] = Marshal.OffsetOf<LibC.Passwd>(nameof(LibC.Passwd.GroupId));
        ours["offsetof(struct passwd, pw_dir)"] = Marshal.OffsetOf<LibC.Passwd>(nameof(LibC.Passwd.Home));
        ours["sizeof(struct group)"] = Marshal.SizeOf<LibC.Group>();
        ours["offsetof(struct group, gr_gid)"] = Marshal.OffsetOf<LibC.Group>(nameof(LibC.Group.GroupId));
        ours["AT_REMOVEDIR"] = 0x200; // in OpenFolder
        ours["offsetof(struct statx, stx_dev_major)"] = 136;
        ours["offsetof(struct statx, stx_dev_minor)"] = 140;
        Compiled([.. ours.Keys]).Should().Equal([.. ours.Values]);
    }

    private static IEnumerable<KeyValuePair<string, long>> Numbers(Type type) => type
        .GetFields(BindingFlags.Static | BindingFlags.NonPublic)
        .Where(static f => f.IsLiteral)
        .Select(static f => KeyValuePair.Create(f.Name, Convert.ToInt64(f.GetRawConstantValue(), CultureInfo.InvariantCulture)));

    private static long[] Compiled(string[] expressions)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["c.c"], Head + string.Concat(expressions.Select(static e => $"printf(\"%ld\\n\", (long)({e}));\n")) + "}\n");
        Run("cc", "-w", folder["c.c"], "-o", folder["c"]);
        return [.. Run(folder["c"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => long.Parse(l, CultureInfo.InvariantCulture))];
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string text = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, error);
        return text;
    }
}
