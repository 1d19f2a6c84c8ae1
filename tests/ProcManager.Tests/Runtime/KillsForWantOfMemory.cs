using ProcManager.Runtime;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Runtime;

public class KillsForWantOfMemory
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("low 0\nhigh 0\nmax 12\noom 3\noom_kill {0}\noom_group_kill 0\n")]
    [InlineData("oom_kill {0}\n")]
    [InlineData("oom_kill {0}")]
    [InlineData("other_oom_kill 9\noom_kill {0}\n")]
    [InlineData("oom_kill_disable 0\nunder_oom 0\noom_kill {0}\n")]
    public void Explain_as_many_ends_as_the_kernel_has_counted(string text)
    {
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "events");
        void Count(int kills) => File.WriteAllText(file, text.Replace("{0}", $"{kills}", StringComparison.Ordinal));
        Count(5);
        var kills = new OutOfMemoryKills(file);

        kills.Explains(killed: true, Now).Should().BeFalse("those were before us");
        Count(7);
        kills.Explains(killed: true, Now).Should().BeTrue();
        kills.Explains(killed: true, Now).Should().BeTrue();
        kills.Explains(killed: true, Now).Should().BeFalse();
        Count(8);
        kills.Explains(killed: false, Now).Should().BeFalse("it ended otherwise");
        kills.Explains(killed: true, Now + TimeSpan.FromSeconds(3)).Should().BeFalse("that was long ago, and of another process");
    }

    [Fact]
    public void They_are_found_behind_a_page_of_other_counts()
    {
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "vmstat");
        void Count(int kills) => File.WriteAllText(file, string.Concat(Enumerable.Range(0, 400).Select(static n => $"nr_count_{n} {n}\n")) + $"oom_kill {kills}\n");
        Count(5);
        var counted = new OutOfMemoryKills(file);
        Count(6);
        counted.Explains(killed: true, Now).Should().BeTrue();
    }

    [Fact]
    public void Without_a_file_nothing_is_explained() => new OutOfMemoryKills("/nowhere").Explains(killed: true, Now).Should().BeFalse();
}
