using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// Tells the manager that this worker crashes, as soon as an exception turns out to have no handler. What follows (the stack on standard error, a dump) may take
/// seconds, and the worker's place need not be empty as long. A crash without an exception (FailFast, a signal) cannot be told.
/// </summary>
internal static class CrashNotice
{
    private static readonly ManualResetEventSlim Never = new();

    private static int _lifeline = -1;
    private static int _told;
    private static volatile bool _hasBegun;

    /// <summary>From now on this process takes no further connection: each would be lost.</summary>
    internal static bool HasBegun => _hasBegun;

    /// <summary>Called when the crash begins, before the manager is told.</summary>
    internal static Action? Begins { get; set; }

    /// <summary>Once, in a worker; as early as its lifeline is known.</summary>
    internal static void Arm(int lifeline)
    {
        if (Interlocked.Exchange(ref _lifeline, lifeline) < 0)
        {
            AppDomain.CurrentDomain.UnhandledException += static (_, e) => Begin(e.ExceptionObject as Exception);
        }
    }

    /// <summary>Does not return: the process ends in a moment.</summary>
    internal static void WaitForEnd() => Never.Wait();

    /// <summary>The exception, or what caused it, says that an address cannot be bound: in use, or not allowed.</summary>
    internal static bool SaysCannotBind(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>In a worker that was armed, once: tells the manager.</summary>
    internal static void Begin(Exception? exception)
    {
        if (_lifeline < 0 || Interlocked.Exchange(ref _told, 1) != 0)
        {
            return;
        }

        _hasBegun = true;
        try
        {
            Begins?.Invoke();
        }
        catch (PosixException)
        {
            // The host has closed a listener already. What follows must not wait for it.
        }

        BootGuard.Disarm(); // a dump takes its time
        _ = Descriptors.TrySendByte(_lifeline, SaysCannotBind(exception) ? LifelineByte.CannotBind : LifelineByte.Crash);
    }
}
