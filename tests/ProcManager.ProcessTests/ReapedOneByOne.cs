using System.Diagnostics;
using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;

namespace ProcManager.ProcessTests;

/// <summary>What <c>procman reap</c> remembers from one round to the next, and whom it does not believe.</summary>
[Trait("Row", "C4")]
public sealed class ReapedOneByOne : IDisposable
{
    /// <summary>The first child does not hear HUP. The second one does, and a third follows it. They say when they are told.</summary>
    private const string Parent = """
        use strict; use Time::HiRes 'time'; $| = 1;
        sub child {
            my ($mib, $hears, $says) = @_;
            my $pid = fork; return $pid if $pid;
            $SIG{HUP} = $hears ? sub { print time, "\n"; exit 0 } : 'IGNORE';
            my $kept = 'x' x ($mib << 20);
            print "grown\n" if $says;
            sleep 1 while 1;
        }
        child(90, 0, 1);
        my $second = child(80, 1, 1);
        waitpid $second, 0;
        child(80, 1, 0);
        sleep 1 while 1;
        """;

    /// <summary>A child that only a process with the right to trace it may look into (prctl(2), PR_SET_DUMPABLE).</summary>
    private const string Hidden = """
        use strict; $| = 1; chomp(my $machine = `uname -m`);
        unless (fork) { syscall($machine eq 'aarch64' ? 167 : 157, 4, 0, 0, 0, 0); print "$$\n"; sleep 1 while 1 }
        sleep 1 while 1;
        """;

    private readonly TempFolder _folder = new();
    private readonly List<Process> _started = [];

    [Fact]
    public async Task A_child_that_was_left_alone_is_not_signalled_again_and_the_pause_holds_between_rounds()
    {
        Process parent = Start("perl", _folder.Write("parent.pl", Parent));
        await Lines(parent, 2); // both have grown
        Process reaper = Start(Places.Procman, "reap", "--pid", $"{parent.Id}", "--max-memory", "60MiB", "--samples", "1", "--patience", "200ms", "--pause", "500ms", "--interval", "100ms");
        string[] said = await Lines(reaper, 6);
        string[] pids = [.. said.Select(static l => l.Split(' ', ':')[1])];
        pids.Distinct().Should().HaveCount(3);
        said.Should().SatisfyRespectively(
            l => l.Should().EndWith("of 60 MiB, HUP sent"),
            l => l.Should().Be($"process {pids[0]} has not ended within 0.2 s and is left alone"),
            l => l.Should().StartWith($"process {pids[2]}: ").And.EndWith("HUP sent"),
            l => l.Should().Be($"process {pids[2]} has ended"),
            l => l.Should().StartWith($"process {pids[4]}: ").And.EndWith("HUP sent"),
            l => l.Should().Be($"process {pids[4]} has ended"));
        double[] told = [.. (await Lines(parent, 2)).Select(static l => double.Parse(l, CultureInfo.InvariantCulture))];
        (told[1] - told[0]).Should().BeGreaterThan(0.5);
    }

    [Fact]
    public async Task A_child_whose_memory_cannot_be_read_is_named()
    {
        string[] without = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : ["env"];
        Process parent = Start("perl", _folder.Write("parent.pl", Hidden));
        string child = (await Lines(parent, 1))[0];
        Process reaper = Start(without[0], [.. without[1..], Places.Procman, "reap", "--pid", $"{parent.Id}", "--max-memory", "60MiB", "--measure", "pss"]);
        (await reaper.StandardError.ReadToEndAsync()).Should().Be($"procman: the memory of process {child} cannot be read, so it is left alone: --measure pss needs the right to trace it. Run this as root, or take another measure.\n");
    }

    /// <summary>Only root may signal every process, so only root has to take care of what others write.</summary>
    [Fact]
    public async Task A_pid_file_of_another_user_is_not_believed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        string file = _folder.Write("other.pid", $"{Environment.ProcessId}\n");
        await Start("chown", "65534", file).WaitForExitAsync();
        foreach (string[] line in new[] { new[] { "reap", "--pid-file", file, "--max-memory", "100GiB" }, ["signal", "USR1", "--pid-file", file] })
        {
            Process tool = Start(Places.Procman, line);
            (await tool.StandardError.ReadToEndAsync()).Should().StartWith($"procman: the pid file {file} belongs to another user (uid 65534)");
            await tool.WaitForExitAsync();
            tool.ExitCode.Should().Be(2);
        }
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        _folder.Dispose();
    }

    private Process Start(string program, params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(process);
        return process;
    }

    private static async Task<string[]> Lines(Process process, int count)
    {
        string[] lines = new string[count];
        for (int i = 0; i < count; i++)
        {
            lines[i] = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? throw new IOException($"It has ended: {await process.StandardError.ReadToEndAsync()}");
        }

        return lines;
    }
}
