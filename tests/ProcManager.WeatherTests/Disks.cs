using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>The disk is full, or read-only as in a hardened container. Each test has a mount namespace of its own.</summary>
public partial class Disks(ITestOutputHelper output)
{
    private static readonly string[] Quick = ["--ProcessManager:CanaryTime=00:00:00.050", "--port=0"];

    /// <summary>Nothing at all can be written, not even to /tmp.</summary>
    [FactAsRoot]
    public async Task The_disk_is_read_only()
    {
        const string ReadOnly = "mount --make-rprivate / && mount -o remount,bind,ro / && { ! touch \"$TMPDIR/here\" 2>/dev/null; } && exec \"$0\" \"$@\"";
        var folder = new TempFolder();
        await using WeatherPool pool = await WeatherPool.Start(output, Mounting(ReadOnly), folder);
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        await pool.Holds("the pid file cannot be written; going on without one: .*Read-only file system");
    }

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

    private static Launch Mounting(string script, params string[] switches) =>
        new() { Wrapper = ["unshare", "--mount", "/bin/sh", "-c", script], Arguments = [.. Quick, .. switches] };
}
