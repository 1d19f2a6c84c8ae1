using System.Diagnostics;
using static ProcManager.Benchmarks.FastCgi.RawSocket;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>A pool of the program that sleeps, and a burst of requests to it.</summary>
internal sealed class SleepingPool(Running program, string socket, string script) : IDisposable
{
    private const int Patience = 90_000;

    private readonly byte[] _address = Address(socket);

    internal Running Program => program;

    internal void WaitUntilReady()
    {
        program.WaitUntil(() => ProcFs.Children(program.Pid).Count == SleepingProgram.Start && Peer.Listens(socket), "is not ready");
        for (int i = 0; i < 20; i++)
        {
            _ = Burst(1, 0);
        }
    }

    /// <summary>So many requests at once that sleep so long; back when the last is being served, with the milliseconds since the first.</summary>
    internal double Burst(int requests, int seconds)
    {
        byte[] question = Question.FastCgi($"/{seconds}", script, keep: false).Bytes;
        byte[] buffer = new byte[1024];
        var waiting = new PollEntry[requests];
        int[] connections = new int[requests];
        bool[] begun = new bool[requests];
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < requests; i++)
        {
            connections[i] = Connect(_address);
            Send(connections[i], question);
            waiting[i] = new PollEntry(connections[i]);
        }

        for (int served = 0; served < requests;)
        {
            if (!Wait(waiting, Patience))
            {
                throw new TimeoutException($"{served} of {requests} requests are being served; no other in {Patience / 1000} s.");
            }

            for (int i = 0; i < requests; i++)
            {
                if (!waiting[i].IsReady)
                {
                    continue;
                }

                int read = Receive(connections[i], buffer);
                if (!begun[i])
                {
                    begun[i] = true;
                    served += read > 0 ? 1 : throw new IOException("A connection was closed without an answer.");
                    waiting[i] = new PollEntry(connections[i]);
                }
                else
                {
                    // Its sleep is over. As a web server does: php-fpm waits for the close before it takes another.
                    Close(connections[i]);
                    connections[i] = -1;
                    waiting[i] = new PollEntry(-1);
                }
            }
        }

        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        Array.ForEach(Array.FindAll(connections, static c => c >= 0), Close);
        return milliseconds;
    }

    public void Dispose() => program.Dispose();
}
