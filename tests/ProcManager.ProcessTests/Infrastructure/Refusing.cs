namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A program that has the kernel refuse one system call (seccomp(2)), as sandboxes do, and then becomes another program.</summary>
internal static class Refusing
{
    private const string Source = """
        #include <errno.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/prctl.h>
        #include <unistd.h>
        /* refuse NUMBER ARGUMENT VALUE ERRNO program...; an ARGUMENT of -1: whatever its arguments are */
        int main(int argc, char **argv)
        {
            int argument = atoi(argv[2]);
            struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, atoi(argv[1]), 0, 3),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument < 0 ? offsetof(struct seccomp_data, nr) : offsetof(struct seccomp_data, args) + 8 * argument),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument < 0 ? atoi(argv[1]) : atoi(argv[3]), 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(argv[4])),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            };
            struct sock_fprog filter = { sizeof code / sizeof code[0], code };
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) { perror("seccomp"); return 1; }
            execvp(argv[5], argv + 5);
            perror(argv[5]);
            return 1;
        }
        """;

    /// <summary>The number of memfd_create on x64.</summary>
    internal const int MemfdCreate = 319;

    /// <summary>The number of fcntl on x64.</summary>
    internal const int Fcntl = 72;

    /// <summary>For <see cref="Launch.Wrapper"/>.</summary>
    internal static async Task<string[]> Wrapper(TempFolder folder, int call, int errno, (int Argument, int Value)? when = null) =>
        [await Shims.CompileProgram(folder, "refuse", Source), $"{call}", $"{when?.Argument ?? -1}", $"{when?.Value ?? 0}", $"{errno}"];
}
