using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace ProcManager.FastCgi;

/// <summary>
/// Two requests that no client has sent, on a private socket, through an engine of the same kind up to where the application would get them, and back. So what a
/// first request needs of ours is compiled before a worker says that it stands by. Nothing of the two is counted.
/// </summary>
internal static class Rehearsal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    /// <param name="makeEngine">Makes the engine, for a rehearsing manager and its listener.</param>
    /// <param name="answer">Completes the request before it returns.</param>
    internal static void Run(Func<ProcessManager, Socket, IEngine> makeEngine, Action<FastCgiRequest> answer)
    {
        if (!OperatingSystem.IsLinux() || !RuntimeFeature.IsDynamicCodeSupported)
        {
            return; // names without a file are Linux's, and NativeAOT has compiled all
        }

        try
        {
            using var client = new PrivateClient(1, NullLogger.Instance);
            using IEngine engine = makeEngine(ProcessManager.ForRehearsal(), client.Listener);
            if (Ask(client, engine, answer, keep: true) && Ask(client, engine, answer, keep: false))
            {
                _ = client.Ended(0).Wait(EndLimit); // the end of a connection is compiled, too
            }
        }
        catch (Exception e) when (e is SocketException or PosixException or OperationCanceledException or ProcManagerException)
        {
            // The rehearsal is only for speed.
        }
    }

    /// <summary>Answers as an application without a framework does.</summary>
    internal static void Answer(FastCgiRequest request) => AnswerAsync(request).GetAwaiter().GetResult();

    private static async Task AnswerAsync(FastCgiRequest request)
    {
        _ = request.Parameters["REQUEST_METHOD"];
        request.Response.ContentType = "text/plain";
        request.Response.Write("rehearsed");
        await request.Response.WriteAsync(" twice").ConfigureAwait(false);
        await request.CompleteAsync().ConfigureAwait(false);
    }

    private static bool Ask(PrivateClient client, IEngine engine, Action<FastCgiRequest> answer, bool keep)
    {
        client.Send(0, "/", keep);
        using var limit = new CancellationTokenSource(Limit);
        if (engine.AcceptAsync(limit.Token).AsTask().GetAwaiter().GetResult() is not { } request)
        {
            return false;
        }

        if (client.HasSent(request))
        {
            answer(request);
            return true;
        }

        request.Complete(); // a stranger's
        return false;
    }
}
