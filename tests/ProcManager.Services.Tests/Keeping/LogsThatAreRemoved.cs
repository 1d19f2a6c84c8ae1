using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>An administrator, or logrotate, takes the log of a service away.</summary>
[Trait("Row", "E2")]
public sealed class LogsThatAreRemoved
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_that_was_removed_or_renamed_is_begun_anew(bool isRenamed)
    {
        using var files = new TempFolder();
        using var log = new RotatedLog(files.File("x.log"), new ServiceLogOptions(), static () => Noon, static _ => { });
        log.Add("one\n"u8);
        TakeAway(files, isRenamed);
        log.Add("two\nname? "u8);
        log.Show();
        files.Read("x.log").Should().Be("2026-11-28T12:00:00.000Z two\n2026-11-28T12:00:00.000Z name? ");
        TakeAway(files, isRenamed);
        log.Add("an"u8);
        log.Show();
        files.Read("x.log").Should().Be("2026-11-28T12:00:00.000Z name? an", "the line is whole in the new file");
        TakeAway(files, isRenamed);
        log.Add("na\n"u8);
        files.Read("x.log").Should().Be("2026-11-28T12:00:00.000Z name? anna\n");
    }

    private static void TakeAway(TempFolder files, bool isRenamed)
    {
        if (isRenamed)
        {
            File.Move(files.File("x.log"), files.File("x.old"), overwrite: true);
        }
        else
        {
            File.Delete(files.File("x.log"));
        }
    }
}
