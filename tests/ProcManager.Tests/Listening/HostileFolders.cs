using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Listening;

/// <summary>A manager of root in a folder of the service's user, who does there what that user may do.</summary>
public sealed class HostileFolders : IDisposable
{
    private const uint ServiceUser = 54321;

    private const string Swapper = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/prctl.h>
        #include <signal.h>
        #include <unistd.h>
        int main(int argc, char **argv)
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (setgid(atoi(argv[3])) || setuid(atoi(argv[3])) || chdir(argv[1])) return 1;
            symlink(argv[2], "link");
            puts("swapping");
            fflush(stdout);
            for (unsigned long n = 0;; n++) {
                if (argv[4][0] == 'x') {
                    syscall(316, -100, "app.sock", -100, "link", 2); /* renameat2, RENAME_EXCHANGE: fails until there is a socket */
                } else {
                    rename("app.sock", "old");
                    symlink(argv[2], "app.sock");
                    for (volatile int i = n % 20000; i > 0; i--) ;
                    unlink("app.sock");
                }
            }
        }
        """;

    private readonly TempFolder _folder = new();

    [TheoryAsRoot]
    [InlineData("x")]
    [InlineData("r")]
    public void The_user_of_the_folder_gets_no_file_of_roots(string way)
    {
        string secret = _folder["secret"];
        File.WriteAllText(secret, "root's");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        string home = Home();
        using Process swapper = Swap(home, secret, way);
        for (int i = 0; i < 500; i++)
        {
            try
            {
                using Socket socket = Binder.Bind("app", new UnixDomainSocketEndPoint(home + "/app.sock"), new() { Owner = "54321", Mode = (UnixFileMode)0x1b6 });
            }
            catch (ProcManagerException)
            {
                // It was replaced meanwhile, which is told.
            }
        }

        swapper.Kill();
        swapper.WaitForExit();
        FileIdentity after = FileIdentity.OfPath(secret)!.Value;
        after.Owner.Should().Be(0);
        (after.Mode & 0xfff).Should().Be((int)UnixFileMode.UserRead);

        File.Delete(home + "/app.sock");
        using Socket undisturbed = Binder.Bind("app", new UnixDomainSocketEndPoint(home + "/app.sock"), new() { Owner = "54321", Mode = (UnixFileMode)0x1b6 });
        FileIdentity file = FileIdentity.OfPath(home + "/app.sock")!.Value;
        file.Owner.Should().Be(ServiceUser, "without the swapper it is given away");
        (file.Mode & 0xfff).Should().Be(0x1b6);
    }

    [FactAsRoot]
    public void A_pid_file_of_another_user_is_not_written()
    {
        string file = Home() + "/app.pid";
        File.WriteAllText(file, "");
        Give(file);

        FluentActions.Invoking(() => PidFile.Acquire(file)).Should().Throw<PosixException>().WithMessage("*which belongs to another user (54321) and is not written*");
    }

    [FactAsRoot]
    public void A_pid_file_with_a_second_name_is_not_written()
    {
        File.WriteAllText(_folder["precious"], "data");
        Run("ln", _folder["precious"], _folder["app.pid"]);

        FluentActions.Invoking(() => PidFile.Acquire(_folder["app.pid"])).Should().Throw<PosixException>().WithMessage("*which has 2 names (hard links) and is not written*");
        File.ReadAllText(_folder["precious"]).Should().Be("data");
    }

    [Fact]
    public void A_pid_file_that_is_no_regular_file_is_not_written()
    {
        Run("mkfifo", _folder["app.pid"]);

        FluentActions.Invoking(() => PidFile.Acquire(_folder["app.pid"])).Should().Throw<PosixException>().WithMessage("*which is not a regular file and is not written*");
    }

    [FactAsRoot]
    public void What_another_user_has_named_like_a_trace_of_ours_is_not_removed()
    {
        const int NoProcess = 0x3ffffff0;
        string[] made = [.. new[] { ServiceUser, 0u }.Select(static user =>
        {
            string path = Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"procmanager-stacks-{NoProcess}-1-")).FullName;
            File.WriteAllText(path + "/trace.nettrace", "");
            Run("chown", "-R", user.ToString(CultureInfo.InvariantCulture), path);
            return path;
        })];

        DiagnosticsLitter.RemoveCapture(NoProcess);

        made.Select(Directory.Exists).Should().Equal(true, false);
        Directory.Delete(made[0], recursive: true);
    }

    public void Dispose() => _folder.Dispose();

    private static Process Swap(string home, string secret, string way)
    {
        File.WriteAllText(home + "/../swap.c", Swapper);
        Run("cc", "-w", "-O1", "-o", home + "/../swap", home + "/../swap.c");
        var process = Process.Start(new ProcessStartInfo(home + "/../swap", [home, secret, "54321", way]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadLine().Should().Be("swapping");
        return process;
    }

    private static void Give(string path) => Run("chown", "54321:54321", path);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    private string Home()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ed);
        string home = Directory.CreateDirectory(_folder["run"]).FullName;
        Give(home);
        return home;
    }
}
