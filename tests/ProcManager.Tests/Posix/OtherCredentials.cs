using System.Diagnostics;
using System.Globalization;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

/// <summary>A thread that acts as another user for a moment, and what it starts meanwhile.</summary>
public class OtherCredentials
{
    private const uint User = 54321;
    private const uint Group = 54322;

    private static readonly Credentials Other = new(User, Group, [Group, 54323]);

    [FactAsRoot]
    public void The_thread_acts_as_the_other_user_and_no_other_thread_does()
    {
        ThreadStatus before = OwnStatus();
        nuint dumpable = Dumpable.Get();
        OnThread(() =>
        {
            using (new BorrowedCredentials(Other))
            {
                ThreadStatus mine = OwnStatus();
                mine.Users.Should().Equal(User, User, 0, User);
                mine.Groups.Should().AllBeEquivalentTo(Group);
                mine.Supplementary.Should().BeEquivalentTo([Group, 54323u]);
                mine.Effective.Should().Be(0);
                Threads().Count(static t => t.Users[0] == User).Should().Be(1);
            }

            OwnStatus().Should().BeEquivalentTo(before);
            Dumpable.Get().Should().Be(dumpable, "otherwise there are no crash dumps");
        });
    }

    /// <summary>The runtime makes threads when it likes, on the thread that happens to need one.</summary>
    [FactAsRoot]
    public void A_thread_that_it_makes_meanwhile_is_taken_back_too()
    {
        using var end = new ManualResetEventSlim();
        OnThread(() =>
        {
            Thread stray;
            using (new BorrowedCredentials(Other))
            {
                stray = new Thread(end.Wait);
                stray.Start();
                Threads().Count(static t => t.Users[0] == User).Should().Be(2);
            }

            Threads().Should().OnlyContain(static t => t.Users.All(static u => u == 0));
            end.Set();
            stray.Join();
        });
    }

    [FactAsRoot]
    public void A_user_that_the_kernel_refuses_changes_nothing() => OnThread(static () =>
    {
        ThreadStatus before = OwnStatus();
        FluentActions.Invoking(static () =>
        {
            using (new BorrowedCredentials(new Credentials(User, Group, [.. Enumerable.Range(1, 65537).Select(static i => (uint)i)])))
            {
            }
        }).Should().Throw<PosixException>().WithMessage("setgroups failed*");
        OwnStatus().Should().BeEquivalentTo(before);
    });

    [FactAsRoot]
    public void A_process_that_it_starts_is_just_that_user() => OnThread(static () =>
    {
        int pid = Spawner.Spawn(new SpawnRequest("/bin/sleep", ["sleep", "60"], [], []) { As = Other, Settings = [ProcessSetting.Limit("", Constants.RLIMIT_NOFILE, 100)] });
        ThreadStatus status = ThreadStatus.Of($"/proc/{pid}")!;
        string limits = File.ReadAllText($"/proc/{pid}/limits");
        Children.KillGroup(pid);
        Children.Reap(pid);
        status.IsJust(Other).Should().BeTrue();
        status.Permitted.Should().Be(0);
        limits.Should().MatchRegex("Max open files +100 +100 ");
    });

    [Fact]
    public void A_child_that_cannot_have_its_settings_is_killed_and_reaped()
    {
        int child = 0;
        var refused = new ProcessSetting("ProcessManager:Nice=-20", pid =>
        {
            child = pid;
            return Errno.EPERM;
        });
        FluentActions.Invoking(() => Spawner.Spawn(new SpawnRequest("/bin/sleep", ["sleep", "60"], [], []) { Settings = [refused] }))
            .Should().Throw<PosixException>().WithMessage("ProcessManager:Nice=-20 failed: *");
        child.Should().BeGreaterThan(0);
        Children.IsOurs(child).Should().BeFalse();
    }

    [Fact]
    public void The_groups_of_each_user_are_those_of_id()
    {
        string[] users = [.. File.ReadLines("/etc/passwd").Where(static l => l.Contains(':', StringComparison.Ordinal)).Select(static l => l.Split(':')[0])];
        foreach (string name in users)
        {
            UserEntry user = AccountDatabase.User(name)!;
            AccountDatabase.User(user.Id)!.Id.Should().Be(user.Id);
            AccountDatabase.GroupsOf(name, user.Group).Order().Should().Equal(Id(name), "it is {0}", name);
        }

        AccountDatabase.User("no-such-user").Should().BeNull();
        AccountDatabase.User(User).Should().BeNull();
    }

    private static uint[] Id(string name)
    {
        using Process id = Process.Start(new ProcessStartInfo("id", ["-G", name]) { RedirectStandardOutput = true })!;
        string text = id.StandardOutput.ReadToEnd();
        id.WaitForExit();
        return [.. text.Trim().Split(' ').Select(static g => uint.Parse(g, CultureInfo.InvariantCulture)).Order()];
    }

    private static ThreadStatus OwnStatus() => ThreadStatus.Of("/proc/thread-self")!;

    private static ThreadStatus[] Threads() => [.. Directory.GetDirectories("/proc/self/task").Select(static t => ThreadStatus.Of(t)).OfType<ThreadStatus>()];

    private static void OnThread(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException(failure.Message, failure);
        }
    }
}
