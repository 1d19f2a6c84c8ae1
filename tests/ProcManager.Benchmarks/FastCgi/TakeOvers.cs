using System.Diagnostics;
using static ProcManager.Benchmarks.FastCgi.RawSocket;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>The only worker is killed; how long until the worker that stood by answers over FastCGI? Its first request must not have to compile anything. All is compiled ahead (ReadyToRun).</summary>
internal static class TakeOvers
{
    private const int Rounds = 21;
    private const int WarmUp = 2;
    private const double Target = 3;

    internal static void Print(Table table)
    {
        string compiled = Programs.ReadyToRun("ProcManager.Benchmarks");
        string native = Programs.NativeAot("ProcManager.Benchmarks");
        foreach ((string mode, string name) in FastCgiProgram.Modes)
        {
            Print(table, $"FastCGI, {name}, no WarmUpPath", Start(compiled, mode, "StandbyCount=1"), isTarget: false);
            Print(table, $"FastCGI, {name}", Start(compiled, mode, FastCgiProgram.WarmUp, "StandbyCount=1"));
            Print(table, $"the same on NativeAOT, {name}", Start(native, mode, FastCgiProgram.WarmUp, "StandbyCount=1"));
        }

        string web = Programs.ReadyToRun("FastCgiWeb");
        Print(table, "ASP.NET Core, WarmUpPath=/", socket => Programs.StartForeign(web, "--socket", socket, "--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1", "--FastCgi:WarmUpPath=/", "--Logging:LogLevel:Default=Warning"));
    }

    private static Func<string, Running> Start(string program, string mode, params string[] settings) => socket => Programs.On(program, () => Programs.StartFastCgi(socket, 1, mode, settings));

    private static void Print(Table table, string name, Func<string, Running> start, bool isTarget = true)
    {
        string socket = Path.Combine(Programs.Folder, $"standby-{Guid.NewGuid():N}.socket");
        using Running program = start(socket);
        var peer = new Peer(name, program, socket);
        List<double> times = [];
        for (int round = 0; round < Rounds + WarmUp; round++)
        {
            program.WaitForLines("stands by", round + 1);
            double time = Replace(peer);
            if (round >= WarmUp)
            {
                times.Add(time);
            }
        }

        if (isTarget)
        {
            table.AtMost($"KILL until a standby answers, {name}", times.Median(), Target, "ms");
        }
        else
        {
            table.Note($"KILL until a standby answers, {name}", times.Median(), "ms");
        }

        table.Note("  90 % are faster than", times.Quantile(0.9), "ms");
    }

    private static double Replace(Peer peer)
    {
        Thread.Sleep(30); // what the last start has left to do
        byte[] address = Address(peer.Socket);
        Question question = peer.Ask("/");
        int victim = Ask(address, question).Pid;
        long begin = Stopwatch.GetTimestamp();
        Native.Send(victim, Native.Kill);
        (int pid, long at) = Ask(address, question);
        return pid != victim
            ? Stopwatch.GetElapsedTime(begin, at).TotalMilliseconds
            : throw new InvalidOperationException($"Pid {victim} answered after it was killed.");
    }

    private static (int Pid, long At) Ask(byte[] address, Question question)
    {
        int fd = Connect(address);
        try
        {
            Send(fd, question.Bytes);
            Answer answer = question.NewAnswer();
            answer.Begin([]);
            byte[] buffer = new byte[4096];
            long at = 0;
            int length;
            do
            {
                length = Receive(fd, buffer);
                at = at == 0 ? Stopwatch.GetTimestamp() : at;
                if (length == 0)
                {
                    throw new EndOfStreamException("A connection was closed before its answer.");
                }
            }
            while (!answer.Take(buffer.AsSpan(0, length)));
            return (answer.Pid, at);
        }
        finally
        {
            RawSocket.Close(fd);
        }
    }
}
