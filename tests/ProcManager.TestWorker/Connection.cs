using System.Net.Sockets;
using System.Text;

namespace ProcManager.TestWorker;

/// <summary>HTTP/1.1 as far as the tests need it.</summary>
internal static class Connection
{
    internal static void Serve(Socket connection, Answers answers, ProcessManager manager, bool keep, RequestScope? first = null, bool describe = false, bool texts = false)
    {
        RequestScope? request = first;
        try
        {
            connection.ReceiveTimeout = 20_000;
            using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (ReadTarget(reader) is { } target)
            {
                if (keep && first is not null)
                {
                    request ??= manager.BeginRequest($"GET {target}", connection.RemoteEndPoint?.ToString());
                }

                if (texts)
                {
                    RequestScope named = manager.BeginRequest($"GET {target}", connection.RemoteEndPoint?.ToString());
                    request?.Dispose();
                    request = named;
                }

                if (describe)
                {
                    manager.Describe($"GET {target}", connection.RemoteEndPoint?.ToString());
                }

                string body = answers.Answer(target, out string status, request);

                // A client that would keep the connection is told that this one ends; its next request comes over a new one.
                bool close = !keep || manager.IsLeaving;
                byte[] answer = Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nX-Pid: {Environment.ProcessId}\r\nX-Slot: {manager.Slot}\r\nConnection: {(close ? "close" : "keep-alive")}\r\n\r\n{body}");
                stream.Write(answer);
                if (close)
                {
                    return;
                }

                // The scope of a kept connection stays until its next request: leaving in between would reset a request on its way.
            }
        }
        catch (IOException)
        {
            // the client went away
        }
        finally
        {
            request?.Dispose();
        }
    }

    private static string? ReadTarget(StreamReader reader)
    {
        string? line = reader.ReadLine();
        while (reader.ReadLine() is { Length: > 0 })
        {
        }

        return line?.Split(' ') is [_, var target, ..] ? target : null;
    }
}
