using System.Text;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>The log of one service, without a service.</summary>
[Trait("Row", "E2")]
public sealed class RotatedLogs
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public void Each_line_has_the_time_in_UTC_and_a_piece_of_a_line_waits_for_its_end()
    {
        using var files = new TempFolder();
        using var log = new RotatedLog(files.File("x.log"), new ServiceLogOptions(), static () => Noon, static _ => { });
        log.Add("one\ntw"u8);
        files.Read("x.log").Should().Be("2026-11-28T11:00:00.000Z one\n");
        log.Add("o\n\n"u8);
        log.Add("cut"u8);
        log.End();
        files.Read("x.log").Should().Be("2026-11-28T11:00:00.000Z one\n2026-11-28T11:00:00.000Z two\n2026-11-28T11:00:00.000Z \n2026-11-28T11:00:00.000Z cut\n");
        log.Tail.Should().Be("one\ntwo\n\ncut\n");
    }

    [Fact]
    public void The_beginning_of_a_line_can_be_shown_and_its_rest_comes_behind_it()
    {
        using var files = new TempFolder();
        using var log = new RotatedLog(files.File("x.log"), new ServiceLogOptions(), static () => Noon, static _ => { });
        log.Add("one\nname? "u8);
        (log.HasUnshown, log.Tail).Should().Be((true, "one\nname? "));
        log.Show();
        log.HasUnshown.Should().BeFalse();
        log.Show();
        files.Read("x.log").Should().Be("2026-11-28T11:00:00.000Z one\n2026-11-28T11:00:00.000Z name? ");
        log.Add("an"u8);
        log.Show();
        log.Add("na\ntwo\n"u8);
        files.Read("x.log").Should().Be("2026-11-28T11:00:00.000Z one\n2026-11-28T11:00:00.000Z name? anna\n2026-11-28T11:00:00.000Z two\n");
        log.Add("last"u8);
        log.Show();
        log.End();
        files.Read("x.log").Should().EndWith("Z two\n2026-11-28T11:00:00.000Z last\n");
    }

    [Fact]
    public void A_line_that_an_earlier_keeper_has_left_unfinished_gets_an_end()
    {
        using var files = new TempFolder();
        File.WriteAllText(files.File("x.log"), "before\nname? ");
        using var log = new RotatedLog(files.File("x.log"), new ServiceLogOptions(), static () => Noon, static _ => { });
        log.Add("one\n"u8);
        files.Read("x.log").Should().Be("before\nname? \n2026-11-28T11:00:00.000Z one\n");
    }

    [Fact]
    public void Lines_that_cannot_be_written_are_counted_and_that_is_said_when_they_can_again()
    {
        using var files = new TempFolder();
        var said = new List<string>();
        string folder = files.File("missing");
        using var log = new RotatedLog(Path.Combine(folder, "x.log"), new ServiceLogOptions(), static () => Noon, said.Add);
        log.Add("one\n"u8);
        log.Add("two\nthree\n"u8);
        said.Should().ContainSingle("it is told once");
        Directory.CreateDirectory(folder);
        log.Add("four\n"u8);
        File.ReadAllText(Path.Combine(folder, "x.log")).Should().Be("2026-11-28T11:00:00.000Z procmanager: 3 lines were lost here: they could not be written\n2026-11-28T11:00:00.000Z four\n");
        log.Add("five\n"u8);
        File.ReadAllText(Path.Combine(folder, "x.log")).Should().EndWith("Z five\n");
    }

    [Fact]
    public void A_log_that_is_full_is_renamed_and_so_many_are_kept()
    {
        using var files = new TempFolder();
        using var log = new RotatedLog(files.File("x.log"), new ServiceLogOptions { MaxSize = 4096, Keep = 2 }, static () => Noon, static _ => { });
        log.Add(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(static i => $"{i} {new string('x', 50)}\n"))));
        files.Lines("x.log.1").Should().Be(files.Lines("x.log.2"));
        File.Exists(files.File("x.log.3")).Should().BeFalse();
        new FileInfo(files.File("x.log.1")).Length.Should().BeInRange(4096, 4200);
    }
}
