using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Turns signals into calls. The handler does nothing else: no log, no decision. A signal that is ignored stays ignored here:
/// the runtime leaves it so, as shells expect of INT and QUIT in the background. HUP, TERM and CHLD were reset before.
/// </summary>
internal sealed class SignalSource : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>The signals that mean something to a manager before it manages, too.</summary>
    internal static SignalSource ForManager(Action<int> handler) =>
        new([Signals.HUP, Signals.TTIN, Signals.TTOU, Signals.USR1, Signals.USR2], handler);

    /// <summary>The signals that end a manager gracefully while it manages.</summary>
    internal static SignalSource ForStopping(Action<int> handler) => new([Signals.TERM, Signals.INT, Signals.QUIT], handler);

    /// <summary>USR1 and USR2 in a worker are the host's own.</summary>
    internal static SignalSource ForWorker(Action<int> handler) =>
        new([Signals.HUP, Signals.TERM, Signals.INT, Signals.QUIT, Signals.TTIN, Signals.TTOU], handler);

    /// <summary>In a plain process with a log file.</summary>
    internal static SignalSource ForLogFile(Action<int> handler) => new([Signals.HUP, Signals.USR1], handler);

    internal static SignalSource ForChildren(Action<int> handler) => new([Signals.CHLD], handler);

    private SignalSource(int[] signals, Action<int> handler)
    {
        foreach (int signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel |= signal != Signals.CHLD; // all handlers share the context, and what the runtime does for CHLD is the host's
                handler(signal);
            }));
        }
    }

    public void Dispose() => _registrations.ForEach(static r => r.Dispose());
}
