using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>Several requests at once on one connection, each with a long body and a long answer.</summary>
[Trait("Row", "A4.1")]
public sealed class SharedConnection
{
    private const int Requests = 12;
    private const int Part = 30_000;

    [Fact]
    public async Task Bodies_and_answers_do_not_mix()
    {
        using var program = new Infrastructure.Program(
            static async request =>
            {
                using var body = new MemoryStream();
                await request.Stdin.AsStream().CopyToAsync(body);
                await request.Response.WriteAsync(body.ToArray());
            },
            static o => (o.MaxConcurrentRequests, o.Multiplex) = (32, true));
        using WebServer server = program.Connect();

        byte[][] bodies = [.. Enumerable.Range(1, Requests).Select(static id => Random(id * 50_000))];
        for (int id = 1; id <= Requests; id++)
        {
            server.Send(Wire.BeginRequest(id, keep: true), Wire.Stream(Wire.Params, id, Wire.Pairs(("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", $"{bodies[id - 1].Length}"))));
        }

        // Reads beside it, as a web server does: neither side waits for the other one's buffer.
        Task<Dictionary<int, List<byte>>> answers = Task.Run(() => Answers(server));
        for (int at = 0; at < Requests * 50_000; at += Part)
        {
            for (int id = 1; id <= Requests; id++)
            {
                byte[] body = bodies[id - 1];
                if (at < body.Length)
                {
                    server.Send(Wire.Record(Wire.Stdin, id, body.AsSpan(at, Math.Min(Part, body.Length - at))));
                    if (at + Part >= body.Length)
                    {
                        server.Send(Wire.Record(Wire.Stdin, id));
                    }
                }
            }
        }

        foreach ((int id, List<byte> all) in await answers)
        {
            byte[] answer = [.. all];
            int head = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            answer.AsSpan(head).SequenceEqual(bodies[id - 1]).Should().BeTrue("the answer of request {0} is its own body", id);
        }
    }

    private static Dictionary<int, List<byte>> Answers(WebServer server)
    {
        var answers = Enumerable.Range(1, Requests).ToDictionary(static id => id, static _ => new List<byte>());
        for (int ended = 0; ended < Requests;)
        {
            Received record = server.Next() ?? throw new IOException($"The connection ended after {ended} answers.");
            if (record.Type == Wire.Stdout)
            {
                answers[record.Id].AddRange(record.Content);
            }
            else if (record.Type == Wire.End)
            {
                ended++;
            }
        }

        return answers;
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        System.Random.Shared.NextBytes(bytes);
        return bytes;
    }
}
