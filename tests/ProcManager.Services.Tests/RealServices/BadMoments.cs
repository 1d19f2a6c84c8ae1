using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using ProcManager.Services.Tests.Keeping;
using Until = ProcManager.Services.Tests.Infrastructure.Until;

namespace ProcManager.Services.Tests.RealServices;

/// <summary>The disk is full; the clock is set.</summary>
[Trait("Row", "E7")]
public sealed class BadMoments
{
    [FactAsRoot]
    public async Task On_a_full_disk_services_are_restarted_all_the_same_and_the_missing_snapshot_is_told_once()
    {
        await using var daemons = new Daemons();
        string disk = Directory.CreateDirectory(daemons.Host.Files.File("keeper")).FullName;
        TestProcess.Run("mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "none", disk);
        try
        {
            int port = Daemons.FreePort();
            ServiceDefinition detached = daemons.Redis("detached", port, ServiceKind.Detached);
            detached.Checks.Add(new PidFileCheck { Path = daemons.Folder + "/detached.pid" });
            daemons.Redis("foreground", Daemons.FreePort(), ServiceKind.Foreground);
            daemons.Host.Start();
            int first = (await daemons.Host.Is("detached", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
            int second = (await daemons.Host.Is("foreground", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
            await File.WriteAllBytesAsync(disk + "/full", new byte[1024 * 1024]).ContinueWith(static _ => { });
            KeeperHost.Signal(first, "KILL");
            KeeperHost.Signal(second, "KILL");
            await daemons.Host.Is("detached", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != first, "up again");
            await daemons.Host.Is("foreground", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != second, "up again");
            await daemons.Host.Log.Says("service detached: no snapshot was taken: ");
            daemons.Host.Log.Count("service detached: no snapshot was taken: ").Should().Be(1);
            await daemons.Host.Keeper.StopAsync();
        }
        finally
        {
            TestProcess.Run("umount", "--lazy", disk);
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_restarts_nothing_and_delays_no_restart()
    {
        using var shim = new TempFolder();
        Dictionary<string, string?> clock = await ShiftedClock.Compile(shim);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var host = new KeeperHost();
        string pidFile = host.Files.File("daemon.pid");
        string definitions = host.Files.File("services.json");
        await File.WriteAllTextAsync(definitions, $$"""
            { "folder": "{{host.Options.Folder}}", "services": {
              "daemon": {
                "start": "(setsid env -u LD_PRELOAD sh -c 'echo $$ >> {{host.Files.File("starts")}}; echo $$ > {{pidFile}}; exec sleep 1000' > /dev/null 2>&1 &)",
                "check": [ { "pidFile": "{{pidFile}}" }, { "tcp": "{{listener.LocalEndpoint}}" } ], "interval": "100ms" } } }
            """);
        var start = new ProcessStartInfo(Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "TestKeeper").Value!, [definitions]) { RedirectStandardOutput = true };
        foreach ((string name, string? value) in clock)
        {
            start.Environment[name] = value;
        }

        using Process keeper = Process.Start(start)!;
        try
        {
            (await keeper.StandardOutput.ReadLineAsync()).Should().Be($"keeping {keeper.Id}");
            await Until.True(() => host.Files.Lines("starts") == 1 && host.Files.Read("daemon.pid").Length > 1, "the first start");
            ShiftedClock.Ahead(shim);
            await Looks(listener);
            ShiftedClock.Back(shim);
            await Looks(listener);
            host.Files.Lines("starts").Should().Be(1, "a clock that is set ends no service");
            KeeperHost.Signal(int.Parse(host.Files.Read("daemon.pid"), CultureInfo.InvariantCulture), "KILL");
            await Until.True(() => host.Files.Lines("starts") == 2, "the restart", seconds: 10);
        }
        finally
        {
            keeper.Kill();
            await keeper.WaitForExitAsync();
            KeeperHost.Signal(int.Parse(host.Files.Read("daemon.pid"), CultureInfo.InvariantCulture), "KILL");
        }
    }

    private static async Task Looks(TcpListener listener)
    {
        while (listener.Pending())
        {
            (await listener.AcceptTcpClientAsync()).Dispose(); // of an earlier moment
        }

        for (int i = 0; i < 5; i++)
        {
            using TcpClient look = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}
