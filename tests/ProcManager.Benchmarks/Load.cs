using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace ProcManager.Benchmarks;

/// <summary>Clients that ask again and again, each time on a new connection.</summary>
internal sealed class Load(int port)
{
    private readonly ConcurrentQueue<(long Begin, double Milliseconds)> _answered = new();
    private readonly ConcurrentQueue<string> _failed = new();
    private Thread[] _clients = [];
    private volatile bool _enough;

    internal IReadOnlyCollection<(long Begin, double Milliseconds)> Answered => _answered;

    internal IReadOnlyCollection<string> Failed => _failed;

    internal void Begin(int clients)
    {
        _clients = [.. Enumerable.Range(0, clients).Select(_ => new Thread(() => Ask(() => !_enough)) { IsBackground = true })];
        Array.ForEach(_clients, static c => c.Start());
    }

    internal void End()
    {
        _enough = true;
        Array.ForEach(_clients, static c => c.Join());
    }

    /// <summary>So many requests, and back when the last one is answered.</summary>
    internal void Run(int clients, int requests)
    {
        int left = requests;
        Thread[] threads = [.. Enumerable.Range(0, clients).Select(_ => new Thread(() => Ask(() => Interlocked.Decrement(ref left) >= 0)) { IsBackground = true })];
        Array.ForEach(threads, static c => c.Start());
        Array.ForEach(threads, static c => c.Join());
    }

    private void Ask(Func<bool> goOn)
    {
        while (goOn())
        {
            long begin = Stopwatch.GetTimestamp();
            try
            {
                _ = Connection.Ask(port);
                _answered.Enqueue((begin, Stopwatch.GetElapsedTime(begin).TotalMilliseconds));
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                _failed.Enqueue(e.Message);
            }
        }
    }
}
