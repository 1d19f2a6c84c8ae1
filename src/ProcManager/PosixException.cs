using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
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

    internal static void ThrowIf([DoesNotReturnIf(true)] bool failed, [InterpolatedStringHandlerArgument(nameof(failed))] ref CallText call)
    {
        if (failed)
        {
            throw new PosixException(call.ToStringAndClear(), call.Errno);
        }
    }

    /// <summary>The text of a call, made only when the call has failed. Takes the error number first: what makes the text may change it.</summary>
    [InterpolatedStringHandler]
    internal ref struct CallText
    {
        private DefaultInterpolatedStringHandler _text;

        public CallText(int literalLength, int formattedCount, bool failed, out bool isWanted)
        {
            isWanted = failed;
            Errno = failed ? Marshal.GetLastPInvokeError() : 0;
            _text = failed ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        }

        internal int Errno { get; }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        internal string ToStringAndClear() => _text.ToStringAndClear();
    }
}
