using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace ProcManager.FastCgi.TestApp;

/// <summary>Answers as a program may give them that writes its output itself, or that takes its time.</summary>
internal static class Misbehaviour
{
    private const int Chunk = 32 * 1024;

    internal static async Task<bool> Answer(string path, FastCgiRequest request, Query query)
    {
        switch (path)
        {
            case "/split": // the head in many records
                foreach (string part in new[] { "Sta", "tus: 201 Cre", "ated\r", "\nX-Split: a", "b\r\n", "Content-Type: text/plain\r\n", "\r", "\nsplit" })
                {
                    await request.Stdout.WriteAsync(Encoding.ASCII.GetBytes(part));
                }

                return true;
            case "/raw": // a length that need not be true
                await request.Stdout.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {query.Number("length")}\r\n\r\n{new string('r', query.Number("bytes"))}"));
                return true;
            case "/stderr":
                await Complain(request, new string('e', query.Number("bytes")));
                await request.Response.WriteAsync("after the complaint\n");
                return true;
            case "/once": // complains the first time only
                if (!File.Exists(query.File + ".complained"))
                {
                    query.Note("complained");
                    await Complain(request, "SAMPLE ERROR");
                    await request.Response.WriteAsync("the first\n");
                }
                else
                {
                    await request.Response.WriteAsync("the second\n");
                }

                return true;
            case "/ignore": // leaves the body unread
                await request.Response.WriteAsync("not read\n");
                return true;
            case "/read":
                query.Note("begun");
                await request.Response.WriteAsync($"{await Drain(request.Stdin)} bytes\n");
                query.Note("done");
                return true;
            case "/early": // the head before the body was read
                await request.Response.WriteAsync("first\n");
                await request.Response.FlushAsync();
                await request.Response.WriteAsync($"{await Drain(request.Stdin)} bytes\n");
                return true;
            case "/hold":
                await Hold(request, query);
                return true;
            case "/stream":
                await Stream(request, query);
                return true;
            case "/meet": // waits until as many requests are in here
                Directory.CreateDirectory(query.File);
                File.Create(Path.Combine(query.File, Guid.NewGuid().ToString())).Dispose();
                while (Directory.GetFiles(query.File).Length < query.Number("count"))
                {
                    await Task.Delay(5);
                }

                await request.Response.WriteAsync("met\n");
                return true;
            default:
                return false;
        }
    }

    private static async Task Stream(FastCgiRequest request, Query query)
    {
        query.Note("begun");
        for (int left = query.Number("bytes"); left > 0; left -= Chunk)
        {
            request.Response.Body.Write(new byte[Math.Min(left, Chunk)]);
            if ((await request.Response.Body.FlushAsync()).IsCompleted)
            {
                query.Note("gone");
                return;
            }
        }

        query.Note("done");
    }

    private static async Task Hold(FastCgiRequest request, Query query)
    {
        CancellationToken aborted = request.RequestAborted;
        query.Note("begun");
        try
        {
            while (!File.Exists(query.File))
            {
                await Task.Delay(5, aborted);
            }

            await request.Response.WriteAsync("held\n");
        }
        catch (OperationCanceledException)
        {
            query.Note("aborted");
        }
    }

    private static async Task Complain(FastCgiRequest request, string text)
    {
        request.Stderr.Write(Encoding.ASCII.GetBytes(text));
        await request.Stderr.FlushAsync();
    }

    private static async Task<long> Drain(PipeReader reader)
    {
        long length = 0;
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            length += read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return length;
            }
        }
    }
}
