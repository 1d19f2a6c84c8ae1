using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace ProcManager.FastCgi.TestApp;

/// <summary>What is answered to which path. The path is what the web server says: SCRIPT_NAME and PATH_INFO.</summary>
internal static class Answers
{
    private static int s_warmed;

    /// <summary>Its calls for the request under way mean this one request.</summary>
    internal static ProcessManager? OneAtATime { get; set; }

    internal static async Task Serve(FastCgiRequest request)
    {
        Query query = new(request);
        try
        {
            if (request.Role == FastCgiRole.Authorizer)
            {
                Authorize(request);
            }
            else
            {
                request.Response.Headers["X-Pid"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
                await Answer(request, query);
            }
        }
        catch (Exception e)
        {
            Console.WriteLine($"failed {request.ScriptName}{request.PathInfo}: {e.GetType().Name}: {e.Message}");
            query.Note("failed", e.GetType().Name);
            if (e is FastCgiBadRequestException bad && !request.Response.HasStarted)
            {
                request.Response.StatusCode = bad.StatusCode;
            }
        }

        try
        {
            await request.CompleteAsync();
        }
        catch (IOException e)
        {
            Console.WriteLine($"could not complete: {e.Message}");
        }
    }

    private static void Authorize(FastCgiRequest request)
    {
        if (request.Parameters["HTTP_X_USER"] is { Length: > 0 } user)
        {
            request.Response.Headers["Variable-ASKED_BY"] = user;
        }
        else
        {
            request.Response.StatusCode = 403;
            request.Response.Write("nobody\n");
        }
    }

    private static async Task Answer(FastCgiRequest request, Query query)
    {
        string path = request.ScriptName.EndsWith(".cgi", StringComparison.Ordinal) ? "/env" : request.ScriptName + request.PathInfo;
        FastCgiResponse response = request.Response;
        switch (path)
        {
            case "/":
                await response.WriteAsync(new string('h', 100));
                break;
            case "/echo":
                // Whole, before the answer begins: nginx stops sending a body as soon as it has the head of the answer.
                ReadResult body;
                while (!(body = await request.Stdin.ReadAsync()).IsCompleted)
                {
                    request.Stdin.AdvanceTo(body.Buffer.Start, body.Buffer.End);
                }

                foreach (ReadOnlyMemory<byte> part in body.Buffer)
                {
                    await response.WriteAsync(part);
                }

                request.Stdin.AdvanceTo(body.Buffer.End);
                break;
            case "/digest":
                await response.WriteAsync(Convert.ToHexString(await System.Security.Cryptography.SHA256.HashDataAsync(request.Stdin.AsStream())));
                break;
            case "/env":
                var text = new StringBuilder();
                foreach ((string name, string value) in request.Parameters.OrderBy(static p => p.Key, StringComparer.Ordinal))
                {
                    text.Append(name).Append('=').Append(value).Append('\n');
                }

                await response.WriteAsync(text.ToString());
                break;
            case "/sleep":
                await Task.Delay(query.Number("ms"));
                await response.WriteAsync("slept\n");
                break;
            case "/crash":
                Environment.FailFast("asked to crash");
                break;
            case "/warm":
                Interlocked.Increment(ref s_warmed);
                _ = request.RequestAborted.IsCancellationRequested;
                if (OneAtATime is { } manager)
                {
                    manager.MarkLong();
                    manager.Describe("warm");
                    manager.Extend(TimeSpan.FromMinutes(1));
                }

                await response.WriteAsync(new string('w', 300_000));
                break;
            case "/warmed":
                await response.WriteAsync($"warmed {s_warmed}\n");
                break;
            case "/redirect":
                response.Headers["Location"] = "/elsewhere";
                break;
            case "/cookies":
                response.Headers.Add("Set-Cookie", "a=1");
                response.Headers.Add("Set-Cookie", "b=2");
                break;
            case "/status":
                response.StatusCode = query.Number("code");
                break;
            case "/headers":
                response.Headers["X-Large"] = new string('x', query.Number("bytes"));
                await response.WriteAsync("after the head\n");
                break;
            default:
                if (!await Misbehaviour.Answer(path, request, query))
                {
                    response.StatusCode = 404;
                    await response.WriteAsync("no such path\n");
                }

                break;
        }
    }
}
