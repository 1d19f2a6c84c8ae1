using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>What a keeper leaves to its successor.</summary>
[Trait("Row", "E2")]
public sealed class StoredStates
{
    private static readonly StoredState Full = new()
    {
        Kind = ServiceKind.Foreground,
        Phase = StoredPhase.Running,
        Token = "t.1",
        Process = new SeenProcess(7, 8),
        Service = new SeenProcess(9, 10),
        LeftoversAsked = true,
        Boot = "b",
        IsPaused = true,
        Halt = StoredHalt.Begun,
        Death = new ServiceDeath(new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero), "it ended", "/folder"),
    };

    [Fact]
    public void A_state_is_read_as_it_was_written()
    {
        using var files = new TempFolder();
        Full.Write(files.File("x"));
        StoredState.Read(files.File("x")).Should().Be(Full);
        var empty = new StoredState();
        empty.Write(files.File("x"));
        StoredState.Read(files.File("x")).Should().Be(empty);
        StoredState.Read(files.File("y")).Should().BeNull();
    }

    [Fact]
    public void A_service_that_is_resumed_by_hand_is_not_to_be_stopped_at_a_later_pause()
    {
        using var files = new TempFolder();
        (Full with { IsPaused = false }).Write(files.File("x"));
        StoredState.Read(files.File("x")).Should().Be(Full with { IsPaused = false, Halt = StoredHalt.None });
    }

    [Fact]
    public void Where_no_new_file_can_be_made_the_old_one_is_written_over()
    {
        using var files = new TempFolder();
        Full.Write(files.File("x"));
        Directory.CreateDirectory(files.File("x.new"));
        (Full with { Death = null }).Write(files.File("x"));
        StoredState.Read(files.File("x")).Should().Be(Full with { Death = null });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":1,"kind":"foreground"}""")]
    public void What_cannot_be_read_is_refused_with_the_files_name(string text)
    {
        using var files = new TempFolder();
        File.WriteAllText(files.File("x"), text);
        FluentActions.Invoking(() => StoredState.Read(files.File("x"))).Should().Throw<ProcManagerException>().WithMessage($"*{files.File("x")}*");
    }
}
