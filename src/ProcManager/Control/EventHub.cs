namespace ProcManager.Control;

/// <summary>Hands events on to those that follow them. The manager's loop writes and never waits: what a follower does not take in time is dropped and counted.</summary>
internal sealed class EventHub
{
    private readonly Lock _lock = new();
    private Follower[] _followers = [];

    internal bool IsFollowed => Volatile.Read(ref _followers).Length > 0;

    internal Follower Follow()
    {
        var follower = new Follower(this);
        lock (_lock)
        {
            Volatile.Write(ref _followers, [.. _followers, follower]);
        }

        return follower;
    }

    internal void Publish(PoolEvent happened)
    {
        foreach (Follower follower in Volatile.Read(ref _followers))
        {
            follower.Put(happened);
        }
    }

    private void Leave(Follower follower)
    {
        lock (_lock)
        {
            Volatile.Write(ref _followers, [.. _followers.Where(f => f != follower)]);
        }
    }

    /// <summary>A follower: the client's thread takes what the loop has put.</summary>
    internal sealed class Follower(EventHub hub) : IDisposable
    {
        private const int Most = 1000;

        private readonly Queue<PoolEvent> _events = new();
        private int _lost;

        internal void Put(PoolEvent happened)
        {
            lock (_events)
            {
                if (_events.Count == Most)
                {
                    _events.Dequeue();
                    _lost++;
                }

                _events.Enqueue(happened);
                Monitor.Pulse(_events);
            }
        }

        /// <summary>The next event; null when none comes in this time. <paramref name="lost"/>: so many came before it and were dropped.</summary>
        internal PoolEvent? Take(TimeSpan time, out int lost)
        {
            lock (_events)
            {
                if (_events.Count == 0)
                {
                    Monitor.Wait(_events, time);
                }

                (lost, _lost) = (_lost, 0);
                return _events.TryDequeue(out PoolEvent? happened) ? happened : null;
            }
        }

        public void Dispose() => hub.Leave(this);
    }
}
