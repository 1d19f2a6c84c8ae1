using System.Globalization;
using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>The kernel watches no further descriptor.</summary>
[Trait("Row", "E2")]
public sealed partial class RefusalsOfTheKernel
{
    /// <summary>The process leads no group, so the KILL to its group does not end it, as with one that waits for a disk.</summary>
    [Fact]
    public async Task A_child_that_cannot_be_watched_and_does_not_end_holds_nothing_and_is_reaped_later()
    {
        var loop = new KeeperLoop(static e => throw e);
        loop.Dispose();
        posix_spawn(out int pid, "/bin/sleep", 0, 0, ["sleep", "1000", null], [null]).Should().Be(0);
        try
        {
            Task<bool> refused = Task.Run(() => FluentActions.Invoking(() => WatchedProcess.OfChild(loop, pid, endsGroup: false, static _ => { })).Should().Throw<Exception>() is not null);
            (await refused.WaitAsync(TimeSpan.FromSeconds(10))).Should().BeTrue();
        }
        finally
        {
            KeeperHost.Signal(pid, "KILL");
        }

        await Until.True(() => !Children.IsOurs(pid), "it is reaped");
    }

    [Fact]
    public void A_pipe_that_cannot_be_watched_is_closed()
    {
        using var files = new TempFolder();
        var failures = new List<Exception>();
        using var reader = new OutputReader(failures.Add);
        int file = PrivateFile.OpenToAppend(files.File("no pipe")); // epoll takes no regular file
        FluentActions.Invoking(() => reader.Add(file, new RotatedLog(files.File("log"), new ServiceLogOptions(), static () => DateTimeOffset.UtcNow, static _ => { }))).Should().Throw<PosixException>();
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}")).LinkTarget.Should().NotBe(files.File("no pipe"));
    }

    // The keeper's own starts make a group for each process.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int pid, string path, nint actions, nint attributes, string?[] arguments, string?[] environment);
}
