using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// The manager's signals, from the constructor on. Before it manages, HUP, TTIN, TTOU, USR1 and USR2 are counted, so that none of them ends or stops a program
/// that is about to manage. TERM, INT and QUIT then end the program by default action, since there is nothing to stop; except as pid 1, which has no default action,
/// and as the manager that pid 1 has started: there they are kept, so that a container that is stopped early ends with 0.
/// </summary>
internal sealed class ManagerSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, int> _before = [];
    private readonly int[] _reset;
    private readonly JobControl _terminal;
    private readonly SignalSource? _orders;
    private readonly bool _keepsStops;
    private SignalSource? _stopping;
    private Action<int>? _managing;

    /// <param name="hears">False: no handler; what came in ignored gets its default action back all the same.</param>
    /// <param name="ignored">Told of TTIN or TTOU that the kernel sends.</param>
    /// <param name="keepsStops">TERM, INT and QUIT are kept until the program manages.</param>
    /// <param name="takesOver">This program takes over the process of a manager: signals that came meanwhile are kept.</param>
    internal ManagerSignals(bool hears, Action<int> ignored, bool keepsStops, bool takesOver = false)
    {
        _reset = Signals.ResetIgnored();
        _terminal = new JobControl(Pass, ignored);
        _keepsStops = keepsStops;
        _stopping = hears && keepsStops ? SignalSource.ForStopping(Pass) : null;
        _orders = hears ? SignalSource.ForManager(_terminal.Hear) : null; // last: SignalRelay looks for these
        if (takesOver)
        {
            Signals.UnblockOrders();
        }
    }

    /// <summary>Handlers are installed.</summary>
    internal bool Hears => _orders is not null;

    /// <summary>Names of the signals that came in ignored.</summary>
    internal string Reset => string.Join(", ", _reset.Select(Signals.Name));

    /// <summary>From now on each signal is an order. Returns the signals that came before, and how often.</summary>
    internal IReadOnlyDictionary<int, int> Begin(Action<int> order)
    {
        lock (_gate)
        {
            _managing = order;
            _stopping ??= _orders is null ? null : SignalSource.ForStopping(Pass);
            var before = new SortedDictionary<int, int>(_before);
            _before.Clear();
            return before;
        }
    }

    /// <summary>As before <see cref="Begin"/>: the program may manage again.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _managing = null;
            if (!_keepsStops)
            {
                _stopping?.Dispose();
                _stopping = null;
            }
        }
    }

    /// <summary>Nothing is managed in this process: what came in ignored is ignored again.</summary>
    internal void TakeBack()
    {
        Dispose();
        Array.ForEach(_reset, Signals.Ignore);
    }

    public void Dispose()
    {
        _orders?.Dispose();
        _stopping?.Dispose();
    }

    private void Pass(int signal)
    {
        lock (_gate)
        {
            if (_managing is null)
            {
                _before[signal] = _before.GetValueOrDefault(signal) + 1;
            }

            _managing?.Invoke(signal);
        }
    }
}
