using ProcManager.WeatherTests.Infrastructure;

namespace ProcManager.WeatherTests;

public partial class Disks
{
    /// <summary>The temp folder, and the folder of the pid file.</summary>
    [FactAsRoot]
    public async Task The_disk_is_full()
    {
        const string Full = "mount -t tmpfs -o size=16k tmpfs \"$TMPDIR\" && { cat /dev/zero >\"$TMPDIR/full\" 2>/dev/null; exec \"$0\" \"$@\"; }";
        var folder = new TempFolder();
        string pidFile = folder.File("tmp/app.pid");
        await using WeatherPool pool = await WeatherPool.Start(output, Mounting(Full, $"--ProcessManager:PidFile={pidFile}"), folder);
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        File.Exists($"/proc/{pool.Managed.Pid}/root{pidFile}").Should().BeFalse("a file without a pid is worth nothing");
        await pool.Holds("the pid file cannot be written; going on without one: .*No space left on device");
    }

    [FactAsRoot]
    public async Task A_socket_that_cannot_be_made_is_told_in_one_line()
    {
        const string ReadOnly = "mount --make-rprivate / && mount -o remount,bind,ro / && exec \"$0\" \"$@\"";
        await using WeatherPool pool = WeatherPool.Launch(output, new Launch { Wrapper = ["unshare", "--mount", "/bin/sh", "-c", ReadOnly] });
        (await pool.Managed.Exit()).Should().Be(78);
        pool.Log.Lines.Should().ContainSingle(static l => l.Contains("Listener 'http' cannot be bound", StringComparison.Ordinal) && l.Contains("Read-only file system", StringComparison.Ordinal));
        pool.Log.Lines.Should().NotContain(static l => l.Contains("   at ", StringComparison.Ordinal), "no stack trace for it");
        await pool.NothingIsLeft();
    }
}
