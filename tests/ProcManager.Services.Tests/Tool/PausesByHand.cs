using System.Diagnostics;
using ProcManager.Services.Keeping;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>Pauses while no keeper runs.</summary>
[Trait("Row", "E7")]
public sealed class PausesByHand(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [FactAsRoot]
    public async Task Root_pauses_a_service_before_the_first_start_of_a_keeper_of_another_user()
    {
        _keep.Define(_keep.Detached("a") + ",\n" + _keep.Detached("b"));
        File.SetUnixFileMode(Path.GetDirectoryName(_keep.File)!, (UnixFileMode)0b111_111_111);
        (await _keep.Run("pause", "a", "--file", _keep.File)).Code.Should().Be(0);
        (_, LineLog log) = await _keep.Keeper("--user", "nobody");
        await log.Find("service b: up$");
        (await _keep.Ask("status", "a", "--json")).Out.Should().Contain("\"state\":\"Paused\"");
        (await _keep.Ask("stop")).Code.Should().Be(0);
        (await _keep.Ask("resume", "a")).Should().Be((2, "", $"procman: The service 'a' is not resumed: the folder '{_keep.Folder}' belongs to nobody, and no keeper runs. Run the command as that user: runuser -u nobody -- procman keep resume a --folder {_keep.Folder}\n"));
        File.Exists(_keep.Path("a.pid")).Should().BeFalse("it is still paused");
    }

    [FactAsRoot]
    public async Task A_folder_that_a_keeper_of_root_has_used_is_not_given_away()
    {
        _keep.Define("""    "a": { "kind": "foreground", "start": "echo secret; exec sleep 1000" }""");
        File.SetUnixFileMode(Path.GetDirectoryName(_keep.File)!, (UnixFileMode)0b111_111_111);
        (Process keeper, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        await Until.True(() => File.Exists(_keep.Folder + "/logs/a.log"), "the log");
        (await _keep.Ask("stop")).Code.Should().Be(0);
        (await Keep.EndOf(keeper)).Should().Be(0);
        (int code, _, _) = await _keep.Run(_keep.File, "--user", "nobody");
        code.Should().NotBe(0);
        ProcManager.Posix.FileIdentity.OfPath(_keep.Folder)!.Value.Owner.Should().Be(0);
        ProcManager.Posix.FileIdentity.OfPath(_keep.Folder + "/logs/a.log")!.Value.Owner.Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    public async Task A_state_that_cannot_be_read_is_written_anew(string broken)
    {
        _keep.Define(_keep.Detached("a"));
        (await _keep.Run("pause", "a", "--file", _keep.File)).Code.Should().Be(0);
        string state = KeeperFolder.At(_keep.Folder).State("a");
        await File.WriteAllTextAsync(state, broken);
        (await _keep.Run("pause", "a", "--file", _keep.File)).Should().Be((0, $"a is paused. No keeper runs for the folder {_keep.Folder}; the next one, or the next round, obeys.\n", ""));
        StoredState.Read(state)!.IsPaused.Should().BeTrue();
        await File.WriteAllTextAsync(state, broken);
        (await _keep.Run("resume", "a", "--file", _keep.File)).Should().Be((0, $"a is resumed. No keeper runs for the folder {_keep.Folder}; the next one, or the next round, obeys.\n", ""));
        StoredState.Read(state)!.IsPaused.Should().BeFalse();
    }

    public void Dispose() => _keep.Dispose();
}
