namespace ProcManager.Posix;

/// <summary>Wakes a thread that waits in poll(2), from any thread, also when the thread has ended.</summary>
internal sealed class WakePipe : IDisposable
{
    private readonly Lock _lock = new();
    private readonly int _wakeEnd;
    private bool _isClosed;

    internal WakePipe() => (Descriptor, _wakeEnd) = Descriptors.Pipe();

    /// <summary>Readable once it was woken, until <see cref="Clear"/>.</summary>
    internal int Descriptor { get; }

    internal void Wake()
    {
        lock (_lock)
        {
            if (!_isClosed) // the number may be another file's by then
            {
                Descriptors.Wake(_wakeEnd);
            }
        }
    }

    internal void Clear() => Descriptors.Drain(Descriptor);

    /// <summary>By the thread that is woken, at its end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            Descriptors.Close(_wakeEnd);
            Descriptors.Close(Descriptor);
        }
    }
}
