using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Runtime;

public class NamesOfProgramFiles
{
    [Theory]
    [InlineData("/srv/app", "app")]
    [InlineData("/no/such/app (deleted)", "app")]
    [InlineData("/no/such/my app", "my app")]
    [InlineData("app", "app")]
    public void Are_what_follows_the_folder(string path, string name) => ProcFs.NameIn(path).Should().Be(name);

    [Fact]
    public void Keep_an_ending_that_is_the_file_s_own()
    {
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "tool (deleted)");
        File.WriteAllText(file, "");
        ProcFs.NameIn(file).Should().Be("tool (deleted)");
    }

    [Fact]
    public void Are_known_of_this_process() => ProcFs.ProgramFileName().Should().Be(Path.GetFileName(Environment.ProcessPath));
}
