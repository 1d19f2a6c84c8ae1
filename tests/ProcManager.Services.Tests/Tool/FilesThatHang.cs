using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>A file system that does not answer holds up a service of its own, and never the keeper. The open of a pipe that nothing writes to hangs as well.</summary>
[Trait("Row", "E5")]
public sealed class FilesThatHang(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task Hints_that_hang_hold_up_no_start_no_reload_and_no_check()
    {
        string hung = _keep.Path("hung");
        TestProcess.Run("mkfifo", "-m", "755", hung);
        _keep.Define(_keep.Detached("a") + ",\n" + $$"""    "b": { "start": "exit 0", "check": { "executable": "{{hung}}" } }""");
        (_, LineLog log) = _keep.Begin(_keep.File);
        await log.Find("hint: .*does not answer").WaitAsync(TimeSpan.FromSeconds(30));
        await log.Find("service a: up$");
        (int code, string said, _) = await _keep.Ask("reload");
        (code, said).Should().Be((0, "The keeper has read its file again: 0 added, 0 changed, 0 gone.\n"));
        (code, said, string error) = await _keep.Run("--check", _keep.File);
        (code, said).Should().Be((0, $"{_keep.File}: 2 services, no mistake.\n"));
        error.Should().Be($"{_keep.File}: hint: there are no hints: a file system that the file names does not answer within 2 s\n");
    }

    public void Dispose() => _keep.Dispose();
}
