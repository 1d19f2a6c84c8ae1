using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>Numbers of the Linux headers, by their C names. A test compares each with what the C compiler says.</summary>
internal static class Constants
{
    internal const int F_GETFD = 1;
    internal const int F_SETFD = 2;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int FD_CLOEXEC = 1;
    internal const int F_ADD_SEALS = 1033;
    internal const int F_SEAL_SEAL = 1;
    internal const int F_SEAL_SHRINK = 2;
    internal const int F_SEAL_GROW = 4;
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_NOCTTY = 0x100;
    internal const int O_CREAT = 0x40;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_APPEND = 0x400;
    internal const int O_EXCL = 0x80;
    internal const int SEEK_END = 2;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_PATH = 0x200000;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int AF_UNIX = 1;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_SEQPACKET = 5;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOL_SOCKET = 1;
    internal const int SO_REUSEADDR = 2;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_DEFER_ACCEPT = 9;
    internal const int SO_TYPE = 3;
    internal const int SO_ERROR = 4;
    internal const int SO_SNDBUF = 7;
    internal const int SO_PEERCRED = 17;
    internal const int SO_ACCEPTCONN = 30;
    internal const int SO_DOMAIN = 39;
    internal const int MSG_PEEK = 2;
    internal const int MSG_CTRUNC = 8;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;
    internal const int RLIMIT_NOFILE = 7;
    internal const int RLIMIT_CORE = 4;
    internal const int RLIMIT_NPROC = 6;
    internal const int RLIMIT_AS = 9;
    internal const int PRIO_PROCESS = 0;
    internal const int PR_GET_DUMPABLE = 3;
    internal const int PR_SET_DUMPABLE = 4;
    internal const int PR_SET_NO_NEW_PRIVS = 38;
    internal const int PR_CAP_AMBIENT = 47;
    internal const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    internal const int CAP_SYS_RESOURCE = 24;
    internal const int CAP_SYS_PTRACE = 19;
    internal const int R_OK = 4;
    internal const int X_OK = 1;
    internal const int SHUT_RD = 0;
    internal const int SHUT_WR = 1;
    internal const int SHUT_RDWR = 2;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const short POLLIN = 1;
    internal const short POLLOUT = 4;
    internal const short POLLERR = 8;
    internal const short POLLHUP = 16;
    internal const short POLLRDHUP = 0x2000;
    internal const uint EPOLLIN = 1;
    internal const uint EPOLLEXCLUSIVE = 1u << 28;
    internal const uint EPOLLET = 1u << 31;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int WNOHANG = 1;
    internal const int WSTOPPED = 2;
    internal const int WEXITED = 4;
    internal const int WNOWAIT = 0x1000000;
    internal const int P_PID = 1;
    internal const int SYS_pidfd_send_signal = 424;
    internal const int SYS_pidfd_open = 434;
    internal const int SYS_futex_waitv = 449;
    internal const int FUTEX_WAKE = 1;
    internal const int FUTEX_32 = 2;
    internal const int SCHED_OTHER = 0;
    internal const int SCHED_BATCH = 3;
    internal const ulong SCHED_FLAG_RESET_ON_FORK = 1;
    internal const uint MFD_CLOEXEC = 1;
    internal const uint MFD_ALLOW_SEALING = 2;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int PROT_EXEC = 4;
    internal const int MAP_SHARED = 1;
    internal const int MAP_PRIVATE = 2;
    internal const int MAP_FIXED = 0x10;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MREMAP_MAYMOVE = 1;
    internal const int MREMAP_FIXED = 2;
    internal const int F_SETLK = 6;
    internal const int F_SETLKW = 7;
    internal const int F_OFD_GETLK = 36;
    internal const int F_OFD_SETLK = 37;
    internal const int F_OFD_SETLKW = 38;
    internal const short F_WRLCK = 1;
    internal const short F_UNLCK = 2;
    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const short POSIX_SPAWN_SETPGROUP = 2;
    internal const short POSIX_SPAWN_SETSIGDEF = 4;
    internal const short POSIX_SPAWN_SETSIGMASK = 8;
    internal const short POSIX_SPAWN_SETSID = 0x80;
    internal const int SIGEV_SIGNAL = 0;
    internal const int CLOCK_MONOTONIC = 1;
    internal const int SIG_DFL = 0;
    internal const int SIG_IGN = 1;
    internal const int SIG_BLOCK = 0;
    internal const int SIG_UNBLOCK = 1;
    internal const int SIG_SETMASK = 2;
    internal const uint TOSTOP = 0x100;

    /// <summary>This flag and the next differ between the architectures that .NET supports.</summary>
    internal static int O_NOFOLLOW { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;

    internal static int O_DIRECTORY { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>0 where it is not known; calls newer than 2019 have one number everywhere.</summary>
    internal static int SYS_futex { get; } = ByArchitecture(202, 98);

    internal static int SYS_sched_setattr { get; } = ByArchitecture(314, 274);

    internal static int SYS_sched_getattr { get; } = ByArchitecture(315, 275);

    internal static int SYS_kcmp { get; } = ByArchitecture(312, 272);

    internal static int SYS_statx { get; } = ByArchitecture(332, 291);

    internal static int SYS_gettid { get; } = ByArchitecture(186, 178);

    internal static int SYS_setgroups { get; } = ByArchitecture(116, 159);

    internal static int SYS_setresuid { get; } = ByArchitecture(117, 147);

    internal static int SYS_setresgid { get; } = ByArchitecture(119, 149);

    internal static int SYS_timer_create { get; } = ByArchitecture(222, 107);

    internal static int SYS_timer_settime { get; } = ByArchitecture(223, 110);

    internal static int SYS_timer_delete { get; } = ByArchitecture(226, 111);

    /// <summary>struct epoll_event is packed on x64 only.</summary>
    internal static int EpollEventSize { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static int ByArchitecture(int x64, int arm64) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => x64,
        Architecture.Arm64 => arm64,
        _ => 0,
    };
}

/// <summary>The errno values that something is decided on.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int E2BIG = 7;
    internal const int ENOEXEC = 8;
    internal const int EBADF = 9;
    internal const int EINVAL = 22;
    internal const int EMSGSIZE = 90;
    internal const int ECHILD = 10;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int ENOTDIR = 20;
    internal const int EISDIR = 21;
    internal const int EEXIST = 17;
    internal const int ENOLCK = 37;
    internal const int EADDRINUSE = 98;
    internal const int ECONNREFUSED = 111;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int EROFS = 30;
    internal const int ERANGE = 34;
    internal const int ENAMETOOLONG = 36;
    internal const int ENOSYS = 38;
    internal const int ENXIO = 6;
    internal const int ELOOP = 40;
    internal const int ENONET = 64;
    internal const int EPROTO = 71;
    internal const int EPIPE = 32;
    internal const int ENOPROTOOPT = 92;
    internal const int EOPNOTSUPP = 95;
    internal const int EPROTOTYPE = 91;
    internal const int ENETDOWN = 100;
    internal const int ENETUNREACH = 101;
    internal const int ECONNABORTED = 103;
    internal const int ENOBUFS = 105;
    internal const int ETOOMANYREFS = 109;
    internal const int ETIMEDOUT = 110;
    internal const int EHOSTDOWN = 112;
    internal const int EINPROGRESS = 115;
    internal const int EHOSTUNREACH = 113;
}
