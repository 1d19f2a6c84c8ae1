using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

/// <summary>Each lock here stands for one process: an own description excludes others in the same process, too.</summary>
public sealed partial class LeaderLocks : IDisposable
{
    private const string Nowhere = "/no/such/folder";

    private readonly int _file = AnonymousFile.Open("procmanager-test", 4096);

    [Fact]
    public async Task One_holds_it_and_another_waits_until_it_is_given_back()
    {
        var first = LeaderLock.On(_file);
        var second = LeaderLock.On(_file);
        first.TryTake().Should().BeTrue();
        second.TryTake().Should().BeFalse();

        Task<int> waiting = Deadline.OnThread(second.Take);
        waiting.IsCompleted.Should().BeFalse();
        first.Release();

        (await waiting.Within()).Should().Be(0);
        LeaderLock.On(_file).TryTake().Should().BeFalse();
        second.Release();
    }

    [Fact]
    public void The_lock_without_proc_and_the_one_with_it_exclude_each_other()
    {
        var own = LeaderLock.On(_file);
        var ofProcess = LeaderLock.On(_file, Nowhere);
        ofProcess.IsOwn.Should().BeFalse();

        own.TryTake().Should().BeTrue();
        ofProcess.TryTake().Should().BeFalse();
        own.Release();

        ofProcess.Take().Should().Be(0);
        LeaderLock.On(_file).TryTake().Should().BeFalse();
        ofProcess.Release();
        Descriptors.IsOpen(_file).Should().BeTrue("the descriptor is the scoreboard's");
        LeaderLock.On(_file).TryTake().Should().BeTrue();
    }

    /// <summary>As a worker that has changed its user: the kernel asks for the rights of the thread's file system user.</summary>
    [FactAsRoot]
    public async Task Another_user_opens_a_description_of_its_own() =>
        (await Deadline.OnThread(() =>
        {
            _ = setfsuid(65534); // of this thread only, which ends here
            setfsuid(65534).Should().Be(65534);
            var another = LeaderLock.On(_file);
            another.IsOwn.Should().BeTrue();
            return another.TryTake();
        }).Within()).Should().BeTrue();

    [Fact]
    public void A_file_that_knows_no_locks_is_an_error_and_no_endless_wait()
    {
        (int read, int write) = Descriptors.Pipe();
        Descriptors.Close(write);

        LeaderLock.On(read, Nowhere).Take().Should().Be(9, "EBADF: it is not open for writing");
        Descriptors.Close(read);
    }

    public void Dispose() => Descriptors.Close(_file);

    [LibraryImport("libc")]
    private static partial int setfsuid(int user);
}
