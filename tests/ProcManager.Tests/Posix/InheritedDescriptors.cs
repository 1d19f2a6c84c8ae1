using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class InheritedDescriptors
{
    [Fact]
    public void Numbers_in_the_child_are_no_number_of_a_source()
    {
        var random = new Random(812);
        for (int round = 0; round < 2000; round++)
        {
            int[] sources = [.. Enumerable.Range(3, 30).OrderBy(_ => random.Next()).Take(random.Next(0, 15))];

            int[] numbers = Spawner.ChildNumbers(sources);

            numbers.Should().HaveSameCount(sources).And.OnlyHaveUniqueItems();
            numbers.Should().NotIntersectWith(sources.Length == 0 ? [-1] : sources);
            numbers.Should().NotContain(static n => n < 3);
        }
    }

    [Fact]
    public void Only_the_descriptors_asked_for_are_open()
    {
        int[] leaky = Leaky();
        (int first, int other) = Descriptors.SocketPair();
        (int second, int write) = Descriptors.Pipe();
        int[] numbers = Spawner.ChildNumbers([first, second]);

        // The shell's own, for its script's redirection, is gone when cat runs; ls adds one for the folder it reads.
        string all = Child.Output("exec ls -l /proc/self/fd", [first, second]);
        int[] open = [.. all.Split('\n')
            .Where(static line => line.Contains("->", StringComparison.Ordinal) && !line.Contains("/proc/", StringComparison.Ordinal))
            .Select(static line => int.Parse(line.Split(" -> ")[0].Split(' ')[^1], CultureInfo.InvariantCulture))];

        open.Except(leaky).Should().BeEquivalentTo([0, 1, 2, .. numbers], "the child has{0}{1}", Environment.NewLine, all);
        foreach (int fd in new[] { first, other, second, write })
        {
            Descriptors.Close(fd);
        }
    }

    [Fact]
    public void What_is_written_at_one_end_is_read_at_the_other()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        int number = Spawner.ChildNumbers([theirs])[0];
        int pid = Child.Shell($"printf R >&{number}", [theirs]);
        Descriptors.Close(theirs);
        byte[] buffer = new byte[4];

        Descriptors.Read(ours, buffer).Should().Be(1);
        buffer[0].Should().Be((byte)'R');
        Descriptors.Read(ours, buffer).Should().Be(0, "it has ended");

        Child.End(pid).ExitCode.Should().Be(0);
        Descriptors.Close(ours);
    }

    [Fact]
    public void The_source_stays_closed_to_others_in_this_process()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        _ = Child.End(Child.Spawn("/bin/true", [], [theirs]));

        LibC.fcntl(theirs, Constants.F_GETFD, 0).Should().Be(Constants.FD_CLOEXEC);

        Descriptors.Close(ours);
        Descriptors.Close(theirs);
    }

    // Descriptors that whoever started the test run left open to every child.
    private static int[] Leaky() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(static f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture))
            .Where(static fd => fd > 2 && LibC.fcntl(fd, Constants.F_GETFD, 0) == 0)];
}
