using System.Runtime.InteropServices;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Checks;

/// <summary>Connects to a unix socket and closes the connection. Through a handle of the file, so that its path may be longer than a socket's address.</summary>
internal sealed class UnixSocketProbe(UnixSocketCheck check) : IServiceProbe
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        int errno = TryConnect();
        return errno == Errno.EAGAIN ? new(WaitAsync(Monotonic.Now + check.Timeout, cancellationToken)) : new(Result(errno));
    }

    /// <summary>The queue of connections is full, and no event tells when it no longer is.</summary>
    private async Task<CheckResult> WaitAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        while (Monotonic.Now < until && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
            if (TryConnect() is not Errno.EAGAIN and var errno)
            {
                return Result(errno);
            }
        }

        return new(false, cancellationToken.IsCancellationRequested
            ? $"the check of {check.Path} was cancelled"
            : $"{check.Path} did not accept a connection within {Words.Time(check.Timeout)}: its queue is full");
    }

    /// <summary>0, or the error number; ENXIO: the file is no socket.</summary>
    private int TryConnect()
    {
        int handle = LibC.open(check.Path, Constants.O_PATH | Constants.O_CLOEXEC, 0);
        if (handle < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        int fd = -1;
        try
        {
            if (FileIdentity.OfDescriptor(handle) is not { IsSocket: true })
            {
                return Errno.ENXIO;
            }

            fd = LocalSockets.Open();
            return LocalSockets.Connect(fd, handle);
        }
        catch (PosixException e)
        {
            return e.Errno;
        }
        finally
        {
            Descriptors.Close(fd);
            Descriptors.Close(handle);
        }
    }

    private CheckResult Result(int errno) => errno switch
    {
        0 => new(true, $"{check.Path} accepts connections"),
        Errno.EPROTOTYPE => new(true, $"a program has bound {check.Path}, a socket for datagrams or packets, which takes no connection"),
        Errno.ECONNREFUSED => new(false, $"{check.Path} refuses connections: no program listens on it"),
        Errno.ENOENT or Errno.ENOTDIR => new(false, $"the socket {check.Path} is not there"),
        Errno.ENXIO => new(false, $"{check.Path} is not a socket"),
        Errno.EACCES or Errno.EPERM => new(false, $"{check.Path} cannot be used as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})"),
        _ => new(false, $"{check.Path} cannot be connected to: {Marshal.GetPInvokeErrorMessage(errno)}"),
    };
}
