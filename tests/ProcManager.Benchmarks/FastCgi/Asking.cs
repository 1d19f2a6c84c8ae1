using System.Diagnostics;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>What came of some time of asking. A wrong answer ends the benchmark.</summary>
/// <param name="Answers">How many.</param>
/// <param name="Seconds">From the first question to the last answer.</param>
/// <param name="ClientCpu">Seconds of CPU time that the clients used meanwhile.</param>
internal sealed record Asked(long Answers, double Seconds, double ClientCpu)
{
    internal double Rate => Answers / Seconds;
}

internal static class Asking
{
    internal const int Threads = 2; // as many as workers, so that one thread is never the limit

    private const int Connections = 8; // of each thread
    private const int Patience = 20_000;

    /// <summary>Sixteen requests under way at any time, each on a new connection, or on kept ones to a web server.</summary>
    internal static Asked Many(string socket, Question question, TimeSpan time) =>
        Run([.. Enumerable.Range(0, Threads).Select(_ => new Client(socket, question, Connections))], time);

    /// <summary>One kept connection for each worker: a worker that serves one request at a time may serve no other connection.</summary>
    internal static Asked Kept(Peer peer, Question question, TimeSpan time) => WithEachWorker(peer, question, clients => Run(clients, time));

    /// <summary>As <see cref="Kept"/>, but all with the one worker that there is.</summary>
    internal static Asked Together(string socket, Question question, TimeSpan time) =>
        Run([.. Enumerable.Range(0, Threads).Select(_ => new Client(socket, question, connections: 1))], time);

    /// <summary>So many clients, each with a new connection for each request.</summary>
    internal static Asked Crowd(string socket, Question question, int clients, TimeSpan time) =>
        Run([.. Enumerable.Range(0, Threads).Select(_ => new Client(socket, question, clients / Threads))], time);

    /// <summary>One request after another, each on a new connection.</summary>
    internal static void Few(string socket, Question question, int requests)
    {
        var client = new Client(socket, question, connections: 1);
        Watch([() => client.Run(() => client.Answers >= requests - 1)]);
    }

    /// <summary>What each worker says to a question, on a kept connection of its own.</summary>
    internal static string[] Each(Peer peer, Question question) => WithEachWorker(peer, question, static clients =>
    {
        string[] texts = [];
        Watch([() => texts = [.. clients.Select(static c => c.AskOnce())]]);
        return texts;
    });

    private static T WithEachWorker<T>(Peer peer, Question question, Func<Client[], T> ask)
    {
        const int Attempts = 10;
        for (int attempt = 0; ; attempt++)
        {
            Client[] clients = [.. Enumerable.Range(0, Threads).Select(_ => new Client(peer.Socket, question, connections: 1))];
            try
            {
                bool apart = false;
                Watch([() => apart = Client.Open(clients, peer.ShortEcho)]);
                if (apart)
                {
                    return ask(clients);
                }
            }
            finally
            {
                Array.ForEach(clients, static c => c.Close());
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException($"Two kept connections to {peer.Name} were never with two workers.");
            }
        }
    }

    private static Asked Run(Client[] clients, TimeSpan time)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        Watch([.. clients.Select(c => (Action)(() => c.Run(() => Stopwatch.GetElapsedTime(begin) >= time)))]);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Array.ForEach(clients, static c => c.Close());
        return new Asked(clients.Sum(static c => c.Answers), seconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    // A program that does not answer is to end the benchmark, not to hold it.
    private static void Watch(Action[] actions)
    {
        Exception? failure = null;
        Thread[] threads = [.. actions.Select(a => new Thread(() =>
        {
            try
            {
                a();
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                failure = e;
            }
        }) { IsBackground = true })];
        Array.ForEach(threads, static t => t.Start());
        long until = Environment.TickCount64 + Patience;
        foreach (Thread thread in threads)
        {
            while (failure is null && !thread.Join(100))
            {
                if (Environment.TickCount64 > until)
                {
                    throw new TimeoutException("No answer within 20 s.");
                }
            }
        }

        if (failure is not null)
        {
            throw new InvalidOperationException(failure.Message, failure);
        }
    }
}
