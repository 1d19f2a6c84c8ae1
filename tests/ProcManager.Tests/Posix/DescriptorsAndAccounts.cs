using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

public class DescriptorsAndAccounts
{
    [Fact]
    public void A_byte_to_nobody_is_false_and_no_SIGPIPE()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        Descriptors.TrySendByte(ours, 1).Should().BeTrue();
        Descriptors.Close(theirs);

        Descriptors.TrySendByte(ours, 1).Should().BeFalse();

        Descriptors.Close(ours);
    }

    [Fact]
    public void A_reader_that_does_not_read_does_not_block_the_sender()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        int sent = 0;
        while (Descriptors.TrySendByte(ours, 1))
        {
            (++sent).Should().BeLessThan(10_000_000);
        }

        sent.Should().BePositive();
        Descriptors.Close(ours);
        Descriptors.Close(theirs);
    }

    [Fact]
    public void Sockets_and_listeners_are_told_apart()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        (int read, int write) = Descriptors.Pipe();

        Descriptors.IsStreamSocket(ours).Should().BeTrue();
        Descriptors.IsListening(ours).Should().BeFalse();
        Descriptors.IsStreamSocket(read).Should().BeFalse();
        Descriptors.IsListening(-1).Should().BeFalse();
        Descriptors.IsOpen(ours).Should().BeTrue();
        Descriptors.IsOpen(99_999).Should().BeFalse();
        foreach (int fd in new[] { ours, theirs, read, write })
        {
            Descriptors.Close(fd);
        }
    }

    [Fact]
    public void Which_file_it_is_and_how_long_is_told()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a"], "12345");
        File.WriteAllText(folder["b"], "");
        File.CreateSymbolicLink(folder["link"], folder["a"]);
        FileIdentity a = FileIdentity.OfPath(folder["a"])!.Value;

        a.Size.Should().Be(5);
        a.IsSameFileAs(FileIdentity.OfTarget(folder["link"])).Should().BeTrue();
        a.IsSameFileAs(FileIdentity.OfPath(folder["link"])).Should().BeFalse();
        a.IsSameFileAs(FileIdentity.OfPath(folder["b"])).Should().BeFalse();
        a.IsSameFileAs(null).Should().BeFalse();
        FileIdentity.OfPath(folder["link"])!.Value.IsSymbolicLink.Should().BeTrue();
        FileIdentity.OfPath(folder["none"]).Should().BeNull();
    }

    [Fact]
    public void Root_is_found_by_name_and_a_number_is_taken_as_it_is()
    {
        Accounts.UserId("root").Should().Be(0);
        Accounts.GroupId("root").Should().Be(0);
        Accounts.UserId("4242").Should().Be(4242);
        Accounts.GroupId("4242").Should().Be(4242);
    }

    [Fact]
    public void An_unknown_user_or_group_is_told_by_name()
    {
        FluentActions.Invoking(static () => Accounts.UserId("no-such-user"))
            .Should().Throw<ProcManagerException>().WithMessage("There is no user named 'no-such-user' on this machine. Give an existing name or a number.");
        FluentActions.Invoking(static () => Accounts.GroupId("no-such-group"))
            .Should().Throw<ProcManagerException>().WithMessage("There is no group named 'no-such-group'*");
    }

    [Fact]
    public void The_C_library_finds_every_user_and_group_that_Mono_Posix_finds()
    {
        string[] users = Names("/etc/passwd"), groups = Names("/etc/group");
        users.Should().Contain("root");
        users.Select(static u => AccountDatabase.UserId(u)).Should().Equal(users.Select(static u => (uint?)Accounts.UserId(u)));
        groups.Select(static g => AccountDatabase.GroupId(g)).Should().Equal(groups.Select(static g => (uint?)Accounts.GroupId(g)));
        AccountDatabase.UserId("no-such-user").Should().BeNull();
        AccountDatabase.GroupId("no-such-group").Should().BeNull();

        static string[] Names(string file) => [.. File.ReadLines(file).Where(static l => l.Contains(':', StringComparison.Ordinal)).Select(static l => l.Split(':')[0])];
    }
}
