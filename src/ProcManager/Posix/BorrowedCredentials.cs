using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// While this lives, the calling thread acts as another user, and a process that it starts is that user's from its first instruction. The calls are made by number: in Linux
/// credentials are a thread's, and the C library's calls of these names change all threads. The thread keeps 0 as its saved user, by which it comes back; a process that it starts loses that with exec, which sets the saved user
/// to the effective one. Meanwhile processes of that user may signal this one. Takes root.
/// </summary>
internal readonly unsafe ref struct BorrowedCredentials
{
    private const uint Unchanged = uint.MaxValue;
    private const int GroupsStep = 1;
    private const int GroupStep = 2;
    private const int UserStep = 3;

    private readonly int _steps; // so many have succeeded
    private readonly uint[] _groups;
    private readonly (uint Real, uint Effective, uint Saved) _user;
    private readonly (uint Real, uint Effective, uint Saved) _group;
    private readonly nuint _dumpable;
    private readonly HashSet<string> _threads;

    /// <summary>Does nothing for null.</summary>
    /// <exception cref="PosixException">The system refuses; the thread acts as before.</exception>
    internal BorrowedCredentials(Credentials? other)
    {
        _groups = [];
        _threads = [];
        if (other is null)
        {
            return;
        }

        _user = Read(&LibC.getresuid, "getresuid");
        _group = Read(&LibC.getresgid, "getresgid");
        _groups = GroupsOfThread();
        _dumpable = Dumpable.Get();
        _threads = Threads();
        uint[] groups = [.. other.Groups];
        try
        {
            // Ambient capabilities would stay with a thread that keeps 0 as its saved user, and go through exec. Root needs none.
            _ = LibC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
            PosixException.ThrowIf(SetGroups(groups) < 0, "setgroups");
            _steps = GroupsStep;
            PosixException.ThrowIf(Set(SYS_setresgid, other.Group, other.Group, other.Group) < 0, $"setresgid({other.Group})");
            _steps = GroupStep;
            PosixException.ThrowIf(Set(SYS_setresuid, other.User, other.User, 0) < 0, $"setresuid({other.User})");
            _steps = UserStep;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The effective user first: it gives back the right to do the rest. A thread that could not come back must do nothing more.</summary>
    public void Dispose()
    {
        if (_steps == 0)
        {
            return;
        }

        bool isBack = _steps < UserStep || (Set(SYS_setresuid, Unchanged, _user.Effective, Unchanged) == 0 && Set(SYS_setresuid, _user.Real, _user.Effective, _user.Saved) == 0);
        isBack = isBack && (_steps < GroupStep || Set(SYS_setresgid, _group.Real, _group.Effective, _group.Saved) == 0) && SetGroups(_groups) == 0;
        if (!isBack)
        {
            Environment.FailFast($"procmanager: the manager cannot take back its user after the start of a process: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }

        if (HasStrayThread())
        {
            TakeBackAllThreads();
        }

        Dumpable.Set(_dumpable);
    }

    /// <summary>The runtime may have made a thread meanwhile, such as one that compiles: it has the credentials of the thread that made it.</summary>
    private bool HasStrayThread()
    {
        uint user = _user.Effective;
        try
        {
            HashSet<string> before = _threads;
            return before.Count == 0 || Threads().Where(t => !before.Contains(t)).Any(t => ThreadStatus.Of(t) is { } status && status.Users.Any(u => u != user));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // not known
        }
    }

    private void TakeBackAllThreads()
    {
        fixed (uint* groups = _groups)
        {
            if (LibC.setresuid(_user.Real, _user.Effective, _user.Saved) < 0 || LibC.setresgid(_group.Real, _group.Effective, _group.Saved) < 0 || LibC.setgroups((nuint)_groups.Length, groups) < 0)
            {
                Environment.FailFast($"procmanager: threads of the manager cannot take back their user: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
            }
        }
    }

    private static HashSet<string> Threads()
    {
        try
        {
            return [.. Directory.EnumerateDirectories("/proc/self/task")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static nint Set(int call, uint real, uint effective, uint saved) => LibC.syscall(call, (nint)real, (nint)effective, (nint)saved, 0);

    private static nint SetGroups(uint[] groups)
    {
        fixed (uint* first = groups)
        {
            return LibC.syscall(SYS_setgroups, groups.Length, (nint)first, 0, 0);
        }
    }

    private static (uint, uint, uint) Read(delegate*<uint*, uint*, uint*, int> call, string name)
    {
        uint* ids = stackalloc uint[3];
        PosixException.ThrowIf(call(ids, ids + 1, ids + 2) < 0, name);
        return (ids[0], ids[1], ids[2]);
    }

    private static uint[] GroupsOfThread()
    {
        int count = LibC.getgroups(0, null);
        PosixException.ThrowIf(count < 0, "getgroups");
        uint[] groups = new uint[count];
        fixed (uint* first = groups)
        {
            PosixException.ThrowIf(LibC.getgroups(count, first) < 0, "getgroups");
        }

        return groups;
    }
}
