using System.Globalization;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A daemon was killed, and its workers live on and hold what the next start needs, such as a port.</summary>
[Trait("Row", "E2")]
public sealed class WhatDaemonsLeave
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Workers_of_a_daemon_that_was_killed_while_no_keeper_looked_get_TERM_and_before_a_second_try_KILL(bool isOnce, bool ignoresTerm)
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(Daemon(host, ignoresTerm));
        (await Keeps(host, isOnce, "is up")).State.Should().Be(ServiceState.Up);
        int master = Pid(host, "daemon.pid");
        int worker = Pid(host, "worker.pid");
        KeeperHost.Signal(master, "KILL");
        await Until.True(() => !KeeperHost.Runs(master), "the master's end");

        await Keeps(host, isOnce, "get SIGTERM before the start");
        if (ignoresTerm && isOnce)
        {
            host["daemon"].State.Should().Be(ServiceState.BackingOff);
            await Keeps(host, isOnce, "get SIGKILL before the start");
        }

        await host.Is("daemon", ServiceState.Up);
        KeeperHost.Runs(worker).Should().BeFalse();
        host.Log.Lines.Count(static l => l.Contains("get SIGKILL", StringComparison.Ordinal)).Should().Be(ignoresTerm ? 1 : 0);
        host.Log.Count($"in the process group of pid {master}, which is gone").Should().Be(ignoresTerm && !isOnce ? 2 : 1);
    }

    [Fact]
    public async Task Workers_of_a_daemon_that_is_gone_but_was_not_reaped_get_TERM()
    {
        await using var host = new KeeperHost();
        ServiceDefinition daemon = Daemon(host, ignoresTerm: false);
        host.Options.Services.Add(daemon);
        using TestProcess parent = await Parent(host, "exec sleep 1000"); // which reaps nothing
        host.Start();
        int master = (await host.Is("daemon", ServiceState.Up)).Pid!.Value;
        KeeperHost.Signal(master, "KILL");
        await host.Log.Says("get SIGTERM before the start");
        KeeperHost.State(master).Should().Be('Z');
        await host.Is("daemon", s => s.State == ServiceState.Up && s.Pid != master, "up again");
        host.Log.Count("SIGKILL before").Should().Be(0);
    }

    [Fact]
    public async Task A_process_that_is_older_than_the_daemon_gets_no_signal()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(Daemon(host, ignoresTerm: false));
        using TestProcess parent = await Parent(host, "wait; exec sleep 1000");
        await Keeps(host, isOnce: true, "is up");
        int master = Pid(host, "daemon.pid");
        int worker = Pid(host, "worker.pid");
        KeeperHost.Signal(master, "KILL");
        await Until.True(() => ProcManager.Posix.ProcFs.StartTime(master) == 0, "the master's end");

        // As if the daemon had begun after the worker.
        string state = host.Files.File("keeper/state/daemon.json");
        string text = await File.ReadAllTextAsync(state);
        text.Should().Contain("\"service\":{\"pid\":");
        long later = ProcManager.Posix.ProcFs.StartTime(worker) + 1;
        await File.WriteAllTextAsync(state, System.Text.RegularExpressions.Regex.Replace(text, "(\"service\":.*\"startTime\":)\\d+", string.Create(CultureInfo.InvariantCulture, $"${{1}}{later}")));
        await Keeps(host, isOnce: true, "start failed");
        KeeperHost.Runs(worker).Should().BeTrue();
        host.Log.Count("before the start").Should().Be(0);
    }

    /// <summary>Starts the daemon as its child.</summary>
    private static async Task<TestProcess> Parent(KeeperHost host, string then)
    {
        var parent = new TestProcess("sh", "-c", $"export PROCMANAGER_KEEPER={host.Options.Folder}; setsid sh {host.Files.File("start")} daemon >/dev/null 2>&1 & {then}");
        await Until.True(() => host.Files.Lines("daemon.pid") == 1, "the daemon's start");
        return parent;
    }

    /// <summary>One round, or a keeper until its log says something.</summary>
    private static async Task<ServiceStatus> Keeps(KeeperHost host, bool isOnce, string says)
    {
        if (isOnce)
        {
            await host.Round();
            if (says != "is up")
            {
                await host.Log.Says(says);
            }

            return host["daemon"];
        }

        host.Start();
        if (says == "is up")
        {
            ServiceStatus up = await host.Is("daemon", ServiceState.Up);
            await host.Keeper.StopAsync();
            return up;
        }

        await host.Log.Says(says);
        return host["daemon"];
    }

    /// <summary>A master and a worker of one program in one process group. A start waits a while for the worker of an earlier one, as nginx does for its port.</summary>
    private static ServiceDefinition Daemon(KeeperHost host, bool ignoresTerm)
    {
        string program = host.Files.Program("program");
        string worker = host.Files.File("worker.pid");
        string pidFile = host.Files.File("daemon.pid");
        string start = host.Files.Script("start", $$"""
            runs() { grep -qs '^State:.[^ZX]' "/proc/$(cat {{worker}} 2>/dev/null)/status"; }
            for i in 1 2 3 4 5 6 7 8 9 10; do runs || break; sleep 0.1; done
            if runs; then echo begins; echo 'the port is taken' >&2; exit 1; fi
            if [ -z "$1" ]; then
              rm -f {{pidFile}}.ready
              setsid sh "$0" daemon &
              while [ ! -e {{pidFile}}.ready ]; do kill -0 $! 2>/dev/null || { echo "the daemon has ended: $(cat /proc/$(cat {{worker}})/status 2>&1 | tr '\n' ' ' | cut -c1-150)" >&2; exit 1; }; sleep 0.01; done
              exit 0
            fi
            {{(ignoresTerm ? "trap '' TERM" : ":")}}
            {{program}} 1000 &
            echo $! > {{worker}}
            echo $$ > {{pidFile}}.new; mv {{pidFile}}.new {{pidFile}}
            echo > {{pidFile}}.ready
            exec {{program}} 1000
            """);
        return new ServiceDefinition
        {
            Name = "daemon",
            Start = new ServiceCommand("/bin/sh", start),
            Checks = { new PidFileCheck { Path = pidFile, Executable = program } },
            Interval = TimeSpan.FromMilliseconds(100),
            Backoff = { Initial = TimeSpan.FromMilliseconds(100) },
        };
    }

    private static int Pid(KeeperHost host, string file) => int.Parse(host.Files.Read(file), CultureInfo.InvariantCulture);
}
