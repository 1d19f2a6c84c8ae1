using System.Globalization;
using System.IO.Pipelines;
using ProcManager.FastCgi.ComponentTests.Infrastructure;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ComponentTests.Fuzz;

/// <summary>
/// Broken conversations by the hundred thousand: no exception but those an application is told of, no more memory than the limits
/// allow, no read without an end. PROCMANAGER_FUZZ_SEED takes a seed from a failure, PROCMANAGER_FUZZ_COUNT another number.
/// </summary>
[Trait("Row", "A4.1")]
public class BrokenStreams(ITestOutputHelper output)
{
    private static readonly FastCgiOptions Limits = new() { MaxParameterBytes = 2048, MaxParameters = 16, MaxBodySize = 2000 };

    private readonly Complaints _complaints = new(new Lines());

    [Fact]
    public async Task None_of_them_costs_more_than_itself()
    {
        int seed = Number("PROCMANAGER_FUZZ_SEED", Environment.TickCount);
        int count = Number("PROCMANAGER_FUZZ_COUNT", 100_000);
        output.WriteLine($"seed {seed}");
        var maker = new StreamMaker(seed);
        var random = new Random(seed);
        var transport = new MemoryTransport();
        var connection = new Connection(transport, Limits, _complaints);
        int served = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] stream = maker.Next();
            transport.Begin(stream, random);
            connection.Reset();
            try
            {
                served += await ServeAsync(connection, transport, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Stream {i} of seed {seed} failed: {Convert.ToHexString(stream)}", e);
            }

            connection.Input.Release();
            connection.Exchange.Release();

            // Every read brings a byte, or is the last of its kind; every record is answered by 16 bytes of protocol at most, and what the application writes.
            if (transport.Reads > stream.Length + 10 || transport.Sent > (stream.Length * 20L) + 200_000)
            {
                throw new InvalidOperationException($"Stream {i} of seed {seed}: {transport.Reads} reads and {transport.Sent} bytes for {stream.Length}: {Convert.ToHexString(stream)}");
            }
        }

        output.WriteLine($"{served} requests in {count} streams");
        served.Should().BeGreaterThan(count / 4, "most of the streams get as far as a request");
    }

    [Fact]
    public void Over_a_real_connection_the_next_request_is_served_after_each()
    {
        int seed = Number("PROCMANAGER_FUZZ_SEED", Environment.TickCount);
        output.WriteLine($"seed {seed}");
        var maker = new StreamMaker(seed);
        foreach (int concurrent in new[] { 1, 16 })
        {
            using var program = new Infrastructure.Program(
                static async request => await request.Response.WriteAsync(await Bodies.ReadAll(request.Stdin)),
                o => (o.MaxConcurrentRequests, o.Multiplex, o.MaxBodySize, o.HeaderTimeout) = (concurrent, concurrent > 1, 2000, TimeSpan.FromSeconds(5)));
            for (int i = 0; i < 1500; i++)
            {
                byte[] stream = maker.Next();
                using (WebServer server = program.Connect())
                {
                    try
                    {
                        server.Send(stream);
                    }
                    catch (IOException)
                    {
                        // the program has closed it already: it had seen enough
                    }
                }

                string asked = $"{seed} {i}";
                program.Ask(System.Text.Encoding.ASCII.GetBytes(asked)).Body.Should().Be(asked, "after stream {0} of seed {1}: {2}", i, seed, Convert.ToHexString(stream));
            }
        }
    }

    private static async ValueTask<int> ServeAsync(Connection connection, MemoryTransport transport, Random random)
    {
        int served = 0;
        while (true)
        {
            Progress progress = connection.Parse();
            await connection.SendRepliesAsync();
            connection.Input.Size.Should().BeLessThan(300_000);
            switch (progress)
            {
                case Progress.RequestReady:
                    served++;
                    await AnswerAsync(connection.Exchange, random);
                    if (!await connection.FinishAsync())
                    {
                        return served;
                    }

                    break;
                case Progress.Refused:
                    connection.Exchange.Response.StatusCode = connection.RefusalStatus;
                    await connection.FinishAsync();
                    return served;
                case Progress.Broken:
                    connection.Lose(connection.BrokenReason);
                    return served;
                default:
                    int n = transport.TryReceive(connection.RoomToRead().Span);
                    if (n <= 0)
                    {
                        return served;
                    }

                    connection.Input.Received(n);
                    break;
            }
        }
    }

    private static async Task AnswerAsync(Exchange exchange, Random random)
    {
        try
        {
            if (random.Next(3) > 0)
            {
                await Bodies.ReadAll(exchange.Stdin);
            }

            if (random.Next(4) == 0)
            {
                ReadResult result = await exchange.Data.ReadAsync();
                exchange.Data.AdvanceTo(result.Buffer.End);
            }

            _ = exchange.Parameters["REQUEST_METHOD"];
            exchange.Response.Headers.Add("X", "y");
            exchange.Response.Write(new byte[random.Next(3) == 0 ? random.Next(20_000) : 100]);
            if (random.Next(3) == 0)
            {
                await exchange.Response.FlushAsync();
            }
        }
        catch (Exception e) when (e is FastCgiAbortedException or FastCgiBadRequestException)
        {
            // what an application is told
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
