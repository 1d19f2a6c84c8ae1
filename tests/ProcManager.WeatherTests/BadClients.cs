using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Clients that reset, dawdle, close half of a connection or vanish. None of it is worth a line of the log; none of it costs another client anything.</summary>
public class BadClients(ITestOutputHelper output)
{
    private const string Tcp = "--port=0";

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    public async Task Connections_that_are_reset_before_they_are_served(string loop)
    {
        await using WeatherPool pool = await WeatherPool.Start(output, Tcp, $"--loop={loop}");
        for (int i = 0; i < 300; i++)
        {
            using RawClient client = await RawClient.Connect(pool.Client);
            client.Reset();
        }

        await pool.Holds(WeatherPool.Nothing);
    }

    [Theory]
    [InlineData(Tcp)]
    [InlineData("--loop=sync")]
    public async Task Connections_that_vanish_while_the_worker_answers(string where)
    {
        await using WeatherPool pool = await WeatherPool.Start(output, where);
        for (int i = 0; i < 100; i++)
        {
            using RawClient client = await RawClient.Connect(pool.Client);
            await client.Ask("/args");
            client.Reset();
        }

        await pool.Holds(WeatherPool.Nothing);
    }

    [Theory]
    [InlineData(Tcp)]
    [InlineData("--loop=sync")] // over the unix socket
    public async Task Connections_that_vanish_after_half_a_request(string where)
    {
        await using WeatherPool pool = await WeatherPool.Start(output, where);
        for (int i = 0; i < 100; i++)
        {
            using RawClient client = await RawClient.Connect(pool.Client);
            await client.Send("GET / HT");
        }

        await pool.Holds(WeatherPool.Nothing);
    }

    [Theory]
    [InlineData(Tcp)]
    [InlineData("--loop=sync")]
    public async Task A_client_that_half_closes_gets_its_answer(string where)
    {
        await using WeatherPool pool = await WeatherPool.Start(output, where);
        for (int i = 0; i < 20; i++)
        {
            using RawClient client = await RawClient.Connect(pool.Client);
            await client.Ask("/");
            client.HalfClose();
            (await client.ReadAll()).Should().StartWith("HTTP/1.1 200 OK").And.Contain("Hello from worker");
        }

        await pool.Holds(WeatherPool.Nothing);
    }

    [Fact]
    public async Task A_client_that_sends_a_byte_now_and_then_holds_one_worker_and_delays_a_stop_by_the_die_timeout_at_most()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, Tcp);
        using RawClient slow = await RawClient.Connect(pool.Client);
        using var ended = new CancellationTokenSource();
        Task dawdling = Dawdle(slow, ended.Token);
        await pool.OthersAreServed(100);

        await pool.Holds(@"is killed \(DieTimeout\)", exitCode: 1);
        await ended.CancelAsync();
        await dawdling;
    }

    private static async Task Dawdle(RawClient client, CancellationToken end)
    {
        try
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                await client.Send($"{"GET / HTTP/1.1\r\nX-Slow: "[i % 24]}");
                await Task.Delay(TimeSpan.FromMilliseconds(250), end); // often enough that the receive timeout never ends it
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
        {
            // the worker is gone
        }
    }
}
