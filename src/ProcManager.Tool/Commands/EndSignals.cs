using System.Runtime.InteropServices;

namespace ProcManager.Tool.Commands;

/// <summary>Signals that end a program at once, held back so that it puts the terminal back first.</summary>
internal sealed class EndSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _hasCome;

    private readonly Action _end;

    /// <param name="end">Ends a wait that the program is in, on a thread of its own.</param>
    internal EndSignals(Action end)
    {
        _end = end;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, Hold))];
    }

    internal bool HasCome => _hasCome;

    public void Dispose() => Array.ForEach(_registrations, static r => r.Dispose());

    private void Hold(PosixSignalContext context)
    {
        context.Cancel = true;
        _hasCome = true;
        _end();
    }
}
