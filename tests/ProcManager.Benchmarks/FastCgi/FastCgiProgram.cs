using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using ProcManager.FastCgi;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>The program under measurement, on the public interface only.</summary>
internal static class FastCgiProgram
{
    private static readonly string Pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private static readonly byte[] HelloAnswer = [.. Head(Question.Hello.Length), .. Question.Hello];
    private static long s_answers;

    internal const string Accepts = "accept";
    internal const string Awaits = "await";
    internal const string Many = "many";

    /// <summary>Its first setting: each worker asks itself first.</summary>
    internal const string WarmUp = "WarmUp";

    /// <summary>Many at once; each answer comes after 20 ms, as one does that asks a database.</summary>
    internal const string Sleeps = "sleep";

    /// <summary>The ways to serve.</summary>
    internal static readonly (string Mode, string Name)[] Modes = [(Accepts, "Accept()"), (Awaits, "AcceptAsync()"), (Many, "many at once")];

    internal static int Run(string socket, int workers, string mode, params ReadOnlySpan<string> settings)
    {
        var options = new ProcessManagerOptions { ProcessCount = workers, CrashLimit = 1_000_000 };
        string? warmUp = settings is [WarmUp, ..] ? "/" : null;
        Settings.Apply(options, warmUp is null ? settings : settings[1..]);
        using var manager = new ProcessManager(options);
        using var fastCgi = new FastCgiListener(manager, OptionsOf(socket, mode, warmUp));
        manager.Manage();
        _ = HelloAnswer.Length; // made before the first client comes
        if (mode != Accepts)
        {
            ServeAsync(fastCgi, mode).GetAwaiter().GetResult();
            return 0;
        }

        while (fastCgi.Accept() is { } request)
        {
            s_answers++;
            Answer(request);
            request.Complete();
        }

        return 0;
    }

    private static FastCgiOptions OptionsOf(string socket, string mode, string? warmUp)
    {
        var options = new FastCgiOptions { MaxConcurrentRequests = mode switch { Many => 64, Sleeps => 256, _ => 1 }, WarmUpPath = warmUp };
        if (IPEndPoint.TryParse(socket, out IPEndPoint? end))
        {
            options.EndPoint = end;
        }
        else
        {
            options.SocketPath = socket;
        }

        return options;
    }

    private static async Task ServeAsync(FastCgiListener fastCgi, string mode)
    {
        while (await fastCgi.AcceptAsync() is { } request)
        {
            if (mode == Awaits)
            {
                await AnswerAsync(request);
            }
            else
            {
                _ = mode == Sleeps ? AnswerLaterAsync(request) : AnswerAsync(request);
            }
        }
    }

    private static async Task AnswerLaterAsync(FastCgiRequest request)
    {
        await Task.Delay(20);
        await AnswerAsync(request);
    }

    // As one does that asks a database: it comes back on a thread of the pool.
    private static async Task AnswerAsync(FastCgiRequest request)
    {
        await Task.Yield();
        Answer(request);
        await request.CompleteAsync();
    }

    private static void Answer(FastCgiRequest request)
    {
        _ = request.Parameters.TryGetBytes("SCRIPT_NAME"u8, out ReadOnlySpan<byte> path);
        if (path.SequenceEqual("/"u8))
        {
            request.Stdout.Write(HelloAnswer);
        }
        else if (path.SequenceEqual("/echo"u8))
        {
            EchoAsync(request).GetAwaiter().GetResult(); // with one request at a time nothing of it waits elsewhere
        }
        else
        {
            byte[] body = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalAllocatedBytes(precise: true)} {s_answers}"));
            request.Stdout.Write(Head(body.Length));
            request.Stdout.Write(body);
        }
    }

    // The whole body before the answer, as it has to be behind nginx.
    private static async Task EchoAsync(FastCgiRequest request)
    {
        ReadResult body;
        while (!(body = await request.Stdin.ReadAsync()).IsCompleted)
        {
            request.Stdin.AdvanceTo(body.Buffer.Start, body.Buffer.End);
        }

        request.Stdout.Write(Head(body.Buffer.Length));
        foreach (ReadOnlyMemory<byte> part in body.Buffer)
        {
            request.Stdout.Write(part.Span);
        }
    }

    private static byte[] Head(long length) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Type: text/plain\r\nContent-Length: {length}\r\nX-Pid: {Pid}\r\n\r\n"));
}
