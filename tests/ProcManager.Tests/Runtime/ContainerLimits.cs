using ProcManager.Runtime;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Runtime;

/// <summary>Control groups as they look in containers and on machines, laid out in a folder.</summary>
public sealed class ContainerLimits : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_limit_of_the_own_group_is_read()
    {
        Group("memory.max", "/app", "536870912\n");

        Limit("0::/app\n").Should().Be(536870912);
    }

    [Fact]
    public void The_tightest_limit_on_the_way_up_counts()
    {
        Group("memory.max", "/pod", "1000000\n");
        Group("memory.max", "/pod/app", "2000000\n");
        Group("memory.max", "/pod/app/worker", "max\n");

        Limit("0::/pod/app/worker\n").Should().Be(1000000);
    }

    [Fact]
    public void In_a_namespace_of_its_own_the_group_is_the_root()
    {
        Group("memory.max", "/", "3000000\n");

        Limit("0::/\n").Should().Be(3000000);
    }

    [Fact]
    public void Version_1_has_a_folder_for_memory_and_a_huge_number_for_none()
    {
        Group("memory.limit_in_bytes", "/memory/docker/abc", "4000000\n");
        Limit("12:cpu,cpuacct:/docker/abc\n7:memory:/docker/abc\n0::/\n").Should().Be(4000000);

        Group("memory.limit_in_bytes", "/memory/docker/abc", "9223372036854771712\n");
        Limit("7:memory:/docker/abc\n").Should().BeNull();
    }

    [Theory]
    [InlineData("0::/app\n")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void Without_a_limit_there_is_none(string own) => Limit(own).Should().BeNull();

    [Fact]
    public void Without_control_groups_there_is_none() =>
        ContainerLimit.Read(Path.Combine(_folder.Path, "none"), Path.Combine(_folder.Path, "none")).Should().BeNull();

    public void Dispose() => _folder.Dispose();

    private long? Limit(string own)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "own"), own);
        return ContainerLimit.Read(Path.Combine(_folder.Path, "cgroup"), Path.Combine(_folder.Path, "own"));
    }

    private void Group(string file, string path, string text)
    {
        string folder = Path.Combine(_folder.Path, "cgroup") + path;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, file), text);
    }
}
