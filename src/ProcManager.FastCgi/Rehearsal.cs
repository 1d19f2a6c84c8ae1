using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace ProcManager.FastCgi;

/// <summary>
/// Two requests that no client has sent, on a private socket, through an engine of the same kind up to where the application would get them, and back. So what a
/// first request needs of ours is compiled before a worker says that it stands by. With a path the application gets them, too. Nothing of the two is counted.
/// </summary>
internal static class Rehearsal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    /// <param name="makeEngine">Makes the engine, for a rehearsing manager and its listener.</param>
    /// <param name="answer">Completes the request before it returns. False: it was given up, and the second one is not sent.</param>
    /// <param name="path">What is asked for, when the application answers.</param>
    internal static void Run(Func<ProcessManager, Socket, IEngine> makeEngine, Func<FastCgiRequest, bool> answer, string? path = null)
    {
        if (!OperatingSystem.IsLinux() || (path is null && !RuntimeFeature.IsDynamicCodeSupported))
        {
            return; // names without a file are Linux's, and NativeAOT has compiled all
        }

        try
        {
            using var client = new PrivateClient(NullLogger.Instance);
            client.Connect();
            using IEngine engine = makeEngine(ProcessManager.ForRehearsal(), client.Listener);
            if (Ask(client, engine, answer, path ?? "/", keep: true) && Ask(client, engine, answer, path ?? "/", keep: false))
            {
                _ = client.Ended.Wait(EndLimit); // the end of a connection is compiled, too
            }
        }
        catch (Exception e) when (e is SocketException or PosixException or OperationCanceledException or ProcManagerException)
        {
            // The rehearsal is only for speed.
        }
    }

    /// <summary>Answers as an application without a framework does.</summary>
    internal static bool Answer(FastCgiRequest request)
    {
        AnswerAsync(request).GetAwaiter().GetResult();
        return true;
    }

    private static async Task AnswerAsync(FastCgiRequest request)
    {
        _ = request.Parameters["REQUEST_METHOD"];
        request.Response.ContentType = "text/plain";
        request.Response.Write("rehearsed");
        await request.Response.WriteAsync(" twice").ConfigureAwait(false);
        await request.CompleteAsync().ConfigureAwait(false);
    }

    private static bool Ask(PrivateClient client, IEngine engine, Func<FastCgiRequest, bool> answer, string path, bool keep)
    {
        client.Send(path, keep);
        using var limit = new CancellationTokenSource(Limit);
        if (engine.AcceptAsync(limit.Token).AsTask().GetAwaiter().GetResult() is not { } request)
        {
            return false;
        }

        if (client.HasSent(request))
        {
            return answer(request);
        }

        request.Complete(); // a stranger's
        return false;
    }
}
