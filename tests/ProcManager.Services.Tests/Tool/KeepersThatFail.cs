using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>A keeper whose loop fails, as at the kernel's limit of watched descriptors (fs.epoll.max_user_watches, epoll(7)).</summary>
[Trait("Row", "E5")]
public sealed class KeepersThatFail(ITestOutputHelper output) : IDisposable
{
    /// <summary>The reader of outputs, which is there before the services are known; the next one is the loop's own.</summary>
    private const int BeforeTheLoop = 1;

    private const string Shim = """
        #include <errno.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        /* noroom COUNT program...: the kernel asks a child of this process about each epoll_ctl(2); after the first COUNT there is no room for more */
        int main(int argc, char **argv)
        {
            struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_ctl, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            };
            struct sock_fprog filter = { sizeof code / sizeof code[0], code };
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) { perror("prctl"); return 100; }
            int asks = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
            if (asks < 0) { perror("seccomp"); return 100; }
            int parent = getpid();
            if (fork() == 0) {
                int most = atoi(argv[1]);
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                while (getppid() == parent) {
                    struct seccomp_notif call;
                    struct seccomp_notif_resp answer;
                    memset(&call, 0, sizeof call);
                    memset(&answer, 0, sizeof answer);
                    if (ioctl(asks, SECCOMP_IOCTL_NOTIF_RECV, &call)) { if (errno == EINTR || errno == ENOENT) continue; _exit(1); }
                    answer.id = call.id;
                    if (most-- > 0) answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE; else answer.error = -ENOSPC;
                    ioctl(asks, SECCOMP_IOCTL_NOTIF_SEND, &answer);
                }
                _exit(0);
            }
            close(asks);
            execvp(argv[2], argv + 2);
            perror(argv[2]);
            return 100;
        }
        """;

    private readonly Keep _keep = new(output);
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_keeper_whose_loop_fails_ends_with_1_and_the_next_one_finds_its_services()
    {
        _keep.Define(_keep.Detached("a"));
        (var first, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        int service = _keep.PidOf("a");
        Keep.Signal(first.Id, "TERM");
        (await Keep.EndOf(first)).Should().Be(0);

        _keep.Wrapper = [await Shims.CompileProgram(_folder, "noroom", Shim), $"{BeforeTheLoop}"];
        (var failing, log) = await _keep.Keeper();
        await log.Find(@"the keeper has failed, and ends; its services run on, and the next keeper finds them: .*epoll_ctl\(\d+\) failed: No space left on device");
        (await Keep.EndOf(failing)).Should().Be(1);

        _keep.Wrapper = [];
        (_, log) = await _keep.Keeper();
        await log.Find("service a: up$");
        _keep.PidOf("a").Should().Be(service);
        File.Exists($"/proc/{service}/stat").Should().BeTrue();
    }

    public void Dispose()
    {
        _keep.Dispose();
        _folder.Dispose();
    }
}
