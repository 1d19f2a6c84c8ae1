using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tests.Runtime;

/// <summary>A title made of a program's name, which may be any file name.</summary>
public class ProgramNames
{
    [Theory]
    [InlineData("HelloWorkers", "HelloWorkers")]
    [InlineData("Shop.Web (blue)", "Shop.Web (blue)")]
    [InlineData("Bücher 📚", "Bücher 📚")]
    [InlineData("  padded ", "padded")]
    [InlineData("a\nb\u001b[31m", "a?b?[31m")]
    [InlineData("a\u202eb\u2028c", "a?b?c")]
    [InlineData("", "procmanager")]
    [InlineData(" ", "procmanager")]
    [InlineData(null, "procmanager")]
    public void The_title_shows_the_name_without_what_cannot_be_shown(string? name, string title) => ProgramName.TitleOf(name).Should().Be(title);

    [Fact]
    public void A_long_name_is_cut_where_an_option_would_be_refused_and_never_within_a_character()
    {
        ProgramName.TitleOf(new string('x', 200)).Should().Be(new string('x', 64));
        ProgramName.TitleOf(new string('x', 63) + "📚").Should().Be(new string('x', 63));
        ProgramName.TitleOf("a\ud83d").Should().Be("a\ufffd");
    }

    [Fact]
    public void The_programs_own_title_is_allowed_as_an_option()
    {
        ProgramName.Title.Should().NotBeEmpty();
        new ProcessManagerOptionsValidator().Validate(null, new ProcessManagerOptions { ProcessTitle = ProgramName.Title }).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData("HelloWorkers", 15, "HelloWorkers")]
    [InlineData("ProcManager.TestWorker", 15, "ProcManager.Tes")]
    [InlineData("Bücherei-Ausleihe", 15, "Bücherei-Ausle")]
    [InlineData("📚📚📚📚", 15, "📚📚📚")]
    [InlineData("", 15, "")]
    public void A_process_s_short_name_is_cut_by_bytes_between_characters(string text, int bytes, string cut) => ProcessTitle.Cut(text, bytes).Should().Be(cut);
}
