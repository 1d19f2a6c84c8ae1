using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ProcManager;

/// <summary>A system call failed.</summary>
public sealed class PosixException : ProcManagerException
{
    /// <summary>Makes an exception for a failed call.</summary>
    /// <param name="call">The call with the thing it was made on, such as <c>posix_spawn(/srv/app)</c>.</param>
    /// <param name="errno">The error number, see errno(3).</param>
    public PosixException(string call, int errno)
        : base($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).")
    {
        Call = call;
        Errno = errno;
        MayPass = errno is Posix.Errno.EAGAIN or Posix.Errno.ENOMEM or Posix.Errno.ENFILE or Posix.Errno.EMFILE or Posix.Errno.ENOSPC or Posix.Errno.EADDRINUSE;
    }

    /// <summary>The call with the thing it was made on.</summary>
    public string Call { get; }

    /// <summary>The error number, see errno(3).</summary>
    public int Errno { get; }

    /// <summary>What errno(3) says of the number, without the call.</summary>
    public string Reason => Marshal.GetPInvokeErrorMessage(Errno);

    internal static void ThrowIf([DoesNotReturnIf(true)] bool failed, string call)
    {
        if (failed)
        {
            throw new PosixException(call, Marshal.GetLastPInvokeError());
        }
    }
}
