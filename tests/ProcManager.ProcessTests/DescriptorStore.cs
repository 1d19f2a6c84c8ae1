using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>systemd keeps the listeners of a service while it is restarted (FileDescriptorStoreMax=).</summary>
[Trait("Row", "core")]
public sealed class DescriptorStore(ITestOutputHelper output) : IDisposable
{
    /// <summary>In the place of systemd: starts a service, keeps the sockets that it sends, and starts it once more with them.</summary>
    private const string Systemd = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <unistd.h>
        static int store[16], count;
        static char names[16][64];
        static void hear(int fd)
        {
            char text[4096], control[256];
            struct iovec vector = { text, sizeof text - 1 };
            struct msghdr message = { 0 };
            message.msg_iov = &vector; message.msg_iovlen = 1; message.msg_control = control; message.msg_controllen = sizeof control;
            ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
            if (n < 0) return;
            text[n] = 0;
            char *name = strstr(text, "FDNAME=");
            for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c && name; c = CMSG_NXTHDR(&message, c))
            {
                memcpy(&store[count], CMSG_DATA(c), sizeof(int));
                sscanf(name, "FDNAME=%63[^\n]", names[count]);
                printf("stored %s\n", names[count++]);
            }
            if (!strncmp(text, "FDSTOREREMOVE=1", 15) && name)
            {
                char removed[64];
                sscanf(name, "FDNAME=%63[^\n]", removed);
                printf("removed %s\n", removed);
                for (int i = 0; i < count; i++)
                    if (!strcmp(names[i], removed)) { close(store[i]); store[i] = store[--count]; strcpy(names[i], names[count]); }
            }
            fflush(stdout);
        }
        int main(int argc, char **argv)
        {
            struct sockaddr_un address = { AF_UNIX };
            strcpy(address.sun_path, argv[1]);
            int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            if (bind(fd, (struct sockaddr *)&address, sizeof address)) return 9;
            setenv("NOTIFY_SOCKET", argv[1], 1);
            setenv("FDSTORE", argv[2], 1);
            for (int start = 0; start < 2; start++)
            {
                pid_t service = fork();
                if (service == 0)
                {
                    char text[256] = "", pid[16];
                    for (int i = 0; i < count; i++) { dup2(store[i], 100 + i); strcat(strcat(text, i ? ":" : ""), names[i]); }
                    for (int i = 0; i < count; i++) { dup2(100 + i, 3 + i); close(100 + i); }
                    sprintf(pid, "%d", count); if (count) setenv("LISTEN_FDS", pid, 1);
                    sprintf(pid, "%d", getpid()); setenv("LISTEN_PID", pid, 1);
                    setenv("LISTEN_FDNAMES", text, 1);
                    execv(argv[3], argv + 3);
                    _exit(9);
                }
                int status;
                while (waitpid(service, &status, WNOHANG) == 0) { hear(fd); usleep(1000); }
                printf("service %d has ended with %d\n", start, WEXITSTATUS(status));
                fflush(stdout);
                if (start == 0) { while (access(argv[1], F_OK) == 0) usleep(1000); }
            }
            return 0;
        }
        """;

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("unix")]
    [InlineData("tcp")]
    public async Task A_connection_that_comes_while_the_service_is_restarted_waits_and_is_served(string kind)
    {
        string socket = _folder.File("app.sock");
        await using Managed managed = await Start("8", kind == "unix" ? [$"--socket={socket}"] : []);
        string address = managed.Client.EndPoint.ToString()!;
        await managed.Log.Find("^stored http$");
        int first = managed.Pid;
        managed.Signal(Native.Term);
        await managed.Log.Find("^service 0 has ended with 0$");
        using ClientConnection between = await new Client(address).Connect();
        await between.Send("/");

        int from = managed.Log.Count;
        File.Delete(_folder.File("notify.sock")); // the second start
        await managed.Log.Find(@"listening on .*bound by systemd, passed on as descriptor 3", from);
        (await between.Receive()).Body.Should().StartWith("Hello");
        int second = int.Parse((await managed.Log.Find(@"manager \(pid (\d+)\): managing", from)).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        second.Should().NotBe(first);
        Native.Send(second, Native.Term);
        await managed.Log.Find("^service 1 has ended with 0$");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_unix_socket_that_is_bound_again_is_stored_again()
    {
        string socket = _folder.File("app.sock");
        await using Managed managed = await Start("8", $"--socket={socket}");
        await managed.Log.Find("^stored http$");
        int from = managed.Log.Count;
        File.Delete(socket);
        managed.Signal(Native.Hup);
        await managed.Log.Find("^removed http$", from);
        await managed.Log.Find("^stored http$", from);
        await End(managed);
    }

    [Fact]
    public async Task Without_a_store_the_listener_ends_with_the_service()
    {
        await using Managed managed = await Start("0");
        managed.Signal(Native.Term);
        await managed.Log.Find("^service 0 has ended with 0$");
        managed.Log.Lines.Should().NotContain(static l => l.StartsWith("stored", StringComparison.Ordinal));
        await FluentActions.Awaiting(managed.Client.Connect).Should().ThrowAsync<System.Net.Sockets.SocketException>();
        File.Delete(_folder.File("notify.sock"));
        await managed.Log.FindCount("^listening ", 2);
        await managed.Log.FindCount("ready: 1 worker", 2);
        Native.Send(Native.Children(managed.StartedPid).Single(), Native.Term);
        await managed.Log.Find("^service 1 has ended with 0$");
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Managed> Start(string room, params string[] switches)
    {
        string systemd = await Shims.CompileProgram(_folder, "systemd", Systemd);
        Managed managed = Managed.Launch(output, new Launch { Wrapper = [systemd, _folder.File("notify.sock"), room], Arguments = ["--ProcessManager:ProcessCount=1", .. switches] });
        await managed.Ready();
        return managed;
    }

    private async Task End(Managed managed)
    {
        managed.Signal(Native.Term);
        await managed.Log.Find("^service 0 has ended with 0$");
        int from = managed.Log.Count;
        File.Delete(_folder.File("notify.sock"));
        await managed.Log.Find("ready: 1 worker", from);
        Native.Send(Native.Children(managed.StartedPid).Single(), Native.Term);
        (await managed.Exit()).Should().Be(0);
    }
}
