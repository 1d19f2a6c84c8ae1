using System.Diagnostics;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>What an operator has ordered is on the disk before it is confirmed, so that a power loss does not undo it.</summary>
[Trait("Row", "E7")]
public sealed class PausesThatSurvive(ITestOutputHelper output) : IDisposable
{
    /// <summary>Writes the path of each file that is flushed to the disk to the file in FLUSHED.</summary>
    private const string Shim = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int fsync(int fd) {
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t n = readlink(link, path, sizeof path - 1);
            FILE *file = fopen(getenv("FLUSHED"), "a");
            if (n > 0 && file) fprintf(file, "%.*s\n", (int)n, path);
            if (file) fclose(file);
            return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
        }
        """;

    private readonly Keep _keep = new(output);
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pause_is_flushed_to_the_disk(bool byAKeeper)
    {
        string shim = await Shims.Compile(_folder, "flushes", Shim);
        string flushed = _folder.File("flushed");
        _keep.Define(_keep.Detached("a"));
        string[] Traced(params string[] arguments) => [$"LD_PRELOAD={shim}", $"FLUSHED={flushed}", Repository.Procman, "keep", .. arguments];
        using Process? keeper = byAKeeper ? Process.Start("env", Traced(_keep.File)) : null;
        if (keeper is not null)
        {
            await Until.True(() => File.Exists(_keep.Folder + "/keeper.sock"), "the keeper runs");
            (await _keep.Ask("pause", "a")).Code.Should().Be(0);
            keeper.Kill();
            await Keep.EndOf(keeper);
        }
        else
        {
            using Process tool = Process.Start("env", Traced("pause", "a", "--file", _keep.File));
            (await Keep.EndOf(tool)).Should().Be(0);
        }

        File.Exists(flushed).Should().BeTrue("something was flushed");
        (await File.ReadAllLinesAsync(flushed)).Should().Contain($"{_keep.Folder}/state/a.json.new");
    }

    [Fact]
    public async Task What_replaces_a_pause_that_was_flushed_is_flushed_as_well()
    {
        string shim = await Shims.Compile(_folder, "flushes", Shim);
        string flushed = _folder.File("flushed");
        _keep.Define("""    "a": { "kind": "foreground", "start": "exec sleep 1000" }""");
        using Process keeper = Process.Start("env", [$"LD_PRELOAD={shim}", $"FLUSHED={flushed}", Repository.Procman, "keep", _keep.File]);
        await Until.True(() => File.Exists(_keep.Folder + "/keeper.sock"), "the keeper runs");
        (await _keep.Ask("resume", "a")).Code.Should().Be(0, "it is up");
        (await _keep.Ask("stop", "a")).Code.Should().Be(0);
        keeper.Kill();
        await Keep.EndOf(keeper);
        (await File.ReadAllLinesAsync(flushed)).Count(l => l == $"{_keep.Folder}/state/a.json.new").Should().BeGreaterThan(1, "the state was written when it was paused, and when its process had ended");
    }

    public void Dispose()
    {
        _keep.Dispose();
        _folder.Dispose();
    }
}
