using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The manager's own status page, asked as an operator's tools ask.</summary>
[Trait("Row", "D13")]
public class StatusEndPoint(ITestOutputHelper output)
{
    [Fact]
    public async Task It_describes_the_pool_while_every_worker_hangs()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=2s", "--commands=yes");
        Task[] hanging = [.. Enumerable.Range(0, 2).Select(_ => managed.Client.Lost("/hang"))];
        await managed.StatesAre("rr");
        using StatusClient status = await StatusClient.Of(managed);

        JsonElement pool = default;
        await Until.True(
            async () => (pool = await status.Json()).GetProperty("workers").EnumerateArray().All(static w => w.GetProperty("request").GetString() == "GET /hang"),
            "both requests are shown");
        pool.GetProperty("version").GetInt32().Should().Be(1);
        pool.GetProperty("program").GetString().Should().Be("ProcManager.TestWorker");
        pool.GetProperty("manager").GetProperty("pid").GetInt32().Should().Be(managed.Pid);
        pool.GetProperty("manager").GetProperty("phase").GetString().Should().Be("running");
        pool.GetProperty("manager").GetProperty("memory").GetInt64().Should().BePositive();
        pool.GetProperty("pool").GetProperty("states").GetString().Should().Be("rr");
        pool.GetProperty("pool").GetProperty("busy").GetInt32().Should().Be(2);
        pool.GetProperty("health").GetProperty("ready").GetBoolean().Should().BeTrue();
        JsonElement worker = pool.GetProperty("workers")[1];
        worker.GetProperty("pid").GetInt32().Should().BeOneOf([.. managed.Workers]);
        worker.GetProperty("meaning").GetString().Should().Be("in a request");
        worker.GetProperty("client").GetString().Should().StartWith("127.0.0.1:");
        worker.GetProperty("memory").GetInt64().Should().BePositive("it is measured although no limit is on");
        JsonElement listener = pool.GetProperty("listeners")[0];
        listener.GetProperty("name").GetString().Should().Be("http");
        listener.GetProperty("address").GetString().Should().Be(managed.Client.EndPoint.ToString());
        listener.GetProperty("backlog").GetInt32().Should().BePositive();

        await Until.True(
            async () => (await status.Json()).GetProperty("workers").EnumerateArray().All(static w => w.GetProperty("requestAge").GetDouble() > 0.3),
            "the age of both requests grows");
        (await status.Text("/status.txt")).Should().MatchRegex(@"GET /hang from 127\.0\.0\.1:\d+ for \d+").And.Contain("[rr]").And.Contain("GET /hang from 127.0.0.1:");
        (await status.Text("/")).Should().StartWith("<!DOCTYPE html>");
        (await status.Answer("/health")).Should().Be((200, "healthy\n"));
        (await status.Answer("/ready")).Should().Be((200, "ready\n"));
        Array.ForEach([.. managed.Workers], static w => Native.Send(w, Native.Kill));
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Exits_reloads_and_a_queue_are_seen()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes");
        using StatusClient status = await StatusClient.Of(managed);
        await managed.Client.Get("/");
        await managed.Client.Lost("/exit?code=3");
        await managed.Log.FindCount("^event ready", 2);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);

        JsonElement pool = await status.Json();
        JsonElement exit = pool.GetProperty("exits")[1];
        exit.GetProperty("how").GetString().Should().Be("exit code 3");
        exit.GetProperty("code").GetInt32().Should().Be(3);
        exit.GetProperty("signal").ValueKind.Should().Be(JsonValueKind.Null);
        exit.GetProperty("cause").GetString().Should().Be("Crashed");
        exit.GetProperty("lastRequest").GetString().Should().Be("GET /exit?code=3");
        pool.GetProperty("exits")[0].GetProperty("cause").GetString().Should().Be("Reload");
        pool.GetProperty("totals").GetProperty("crashes").GetInt64().Should().Be(1);
        pool.GetProperty("totals").GetProperty("requests").GetInt64().Should().Be(1);
        JsonElement reload = pool.GetProperty("reload");
        reload.GetProperty("state").GetString().Should().Be("succeeded");
        reload.GetProperty("replaced").ValueKind.Should().Be(JsonValueKind.Null, "none is under way");

        Task<string> busy = await managed.BusyWorker(folder);
        Task<string>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => managed.Client.Get("/pid"))];
        await Until.True(async () => (await status.Json()).GetProperty("listeners")[0].GetProperty("queue").GetInt32() == 3, "three connections wait");
        folder.Write("go", "");
        await Task.WhenAll([busy, .. waiting]);
    }

    [Fact]
    public async Task It_says_why_the_pool_is_not_ready()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [EndPoint, "--ProcessManager:ProcessCount=1", "--boot=slow 1500", "--ProcessManager:DieTimeout=20s", "--ProcessManager:PeekSignal=USR1", "--commands=yes"] });
        await managed.Log.Find("the status page is at");
        using StatusClient status = await StatusClient.Of(managed);
        (await status.Answer("/ready")).Should().Be((503, "no worker serves yet\n"));
        (await status.Answer("/health")).Should().Be((200, "healthy\n"));
        await managed.Ready();
        (await status.Answer("/ready")).Should().Be((200, "ready\n"));

        using var folder = new TempFolder();
        Task<string> busy = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find(": draining for the stop");
        (await status.Answer("/ready")).Should().Be((503, "the pool is stopping\n"));
        (await status.Json()).GetProperty("manager").GetProperty("phase").GetString().Should().Be("stopping");

        managed.Command("peek");
        await managed.Log.Find(@"^peek: the pool stops: the manager exits with 0 when 1 worker has ended");
        await managed.Log.Find(@"^peek: worker 0 \(pid \d+, generation 1\): drains \(Stopped\); in \d+(\.\d+)? s KILL follows \(DieTimeout\); 1 request under way: GET /wait");
        managed.Signal(Native.Usr1);
        await managed.Log.Find(@"manager \(pid \d+\): the pool stops: the manager exits with 0 when 1 worker has ended");
        await managed.Log.Find(@"worker 0 \(pid \d+, generation 1\): drains \(Stopped\); in .* KILL follows");
        folder.Write("go", "");
        await busy;
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>Silent, slow, giant, rude and many: none of them keeps an answer from others for longer than its second, and the pool goes on.</summary>
    [Fact]
    public async Task Bad_clients_cost_nothing()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        using StatusClient status = await StatusClient.Of(managed);
        var bad = new List<Socket>();
        for (int i = 0; i < 15; i++)
        {
            bad.Add(await status.Send(i % 3 == 0 ? "" : i % 3 == 1 ? "GET / HT" : "GET /status.json HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "));
        }

        (await status.Answer("/health")).Should().Be((200, "healthy\n"), "fifteen others are open");
        (await status.Raw(new string('x', 100_000))).Should().StartWith("HTTP/1.1 431 ");
        (await status.Raw("\0\u0001\u0002\r\n\r\n")).Should().StartWith("HTTP/1.1 400 ");
        (await status.Raw("GET http://example.org/health HTTP/1.1\r\nHost: localhost\r\n\r\n")).Should().StartWith("HTTP/1.1 403 ", "the address in a proxy's form wins");
        (await status.Raw("GET http://127.0.0.1/health HTTP/1.1\r\n\r\n")).Should().StartWith("HTTP/1.1 200 ");
        (await status.Raw("GET /health HTTP/1.1\r\n\r\n")).Should().StartWith("HTTP/1.1 400 ", "the host is missing");
        (await status.Raw("POST /status.json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")).Should().StartWith("HTTP/1.1 405 ").And.Contain("Allow: GET, HEAD");
        (await status.Raw("HEAD /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n")).Should().StartWith("HTTP/1.1 200 ").And.EndWith("\r\n\r\n");
        (await status.Raw("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n")).Should().StartWith("HTTP/1.1 404 ");
        (await status.Raw("GET /health HTTP/1.1\r\nHost: attacker.example\r\n\r\n")).Should().StartWith("HTTP/1.1 403 ", "a browser was led here by a stranger's name");
        foreach (Socket socket in bad)
        {
            (await Ends(socket)).Should().BeTrue("each has one second");
        }

        using (Socket reset = await status.Send("GET / HTTP/1.1\r\n\r\n"))
        {
            reset.LingerState = new LingerOption(true, 0);
        }

        (await status.Json()).GetProperty("pool").GetProperty("states").GetString().Should().MatchRegex("^[.w]$");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("could not answer"));
    }

    /// <summary>By Prometheus's own tool, with all that a pool may show: exits, a request under way, a name that needs escaping.</summary>
    [Fact]
    public async Task Prometheus_finds_nothing_to_mend_in_the_metrics()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:ProcessTitle=a \"quoted\\ name", "--events=yes", "--commands=yes");
        using StatusClient status = await StatusClient.Of(managed);
        await managed.Client.Lost("/exit?code=3");
        await managed.Log.FindCount("^event ready", 3);
        Task<string> busy = await managed.BusyWorker(folder);
        string metrics = await status.Text("/metrics");

        var start = new System.Diagnostics.ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using System.Diagnostics.Process promtool = System.Diagnostics.Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        string said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        (promtool.ExitCode, said).Should().Be((0, ""));
        metrics.Should().Contain("procmanager_workers{state=\"busy\"} 1\n").And.Contain("procmanager_worker_crashes_total 1\n");
        folder.Write("go", "");
        await busy;
    }

    [Fact]
    public async Task On_a_unix_socket_the_mode_says_who_may_ask_and_the_file_goes_with_the_manager()
    {
        using var folder = new TempFolder();
        string path = folder.File("status.sock");
        await using (Managed managed = await Managed.Start(output, $"--ProcessManager:Status:EndPoint=unix:{path}", "--ProcessManager:ProcessCount=1"))
        {
            (File.GetUnixFileMode(path) & (UnixFileMode)511).Should().Be((UnixFileMode)Convert.ToInt32("660", 8));
            using StatusClient status = await StatusClient.Of(managed);
            (await status.Answer("/ready", host: "shop.example")).Should().Be((200, "ready\n"), "a web server in front has any name");
            managed.Signal(Native.Term);
            (await managed.Exit()).Should().Be(0);
        }

        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public async Task With_a_token_only_who_has_it_sees_the_pool()
    {
        const string Token = "a-token-of-24-characters";
        await using Managed managed = await Managed.Start(output, "--ProcessManager:Status:EndPoint=0.0.0.0:0", "--ProcessManager:Status:AllowRemote=true", $"--ProcessManager:Status:Token={Token}", "--ProcessManager:ProcessCount=1");
        using StatusClient status = await StatusClient.Of(managed);
        (await status.Answer("/status.json")).Code.Should().Be(401);
        (await status.Answer("/status.json", token: Token + "x")).Code.Should().Be(401);
        (await status.Answer("/status.json", token: Token)).Code.Should().Be(200);
        (await status.Answer("/ready")).Code.Should().Be(200, "a load balancer has no token");
        (await status.Answer("/")).Code.Should().Be(200, "a browser sends no token with an address");
        managed.Log.Lines.Should().NotContain(static l => l.Contains(Token));
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_the_start_with_one_line()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [$"--ProcessManager:Status:EndPoint={taken.LocalEndPoint}", "--ProcessManager:ProcessCount=1"] });
        (await managed.Exit()).Should().Be(1);
        managed.Log.Lines.Should().Contain(l => l.Contains($"Listener 'status' cannot be bound to {taken.LocalEndPoint}: "));
        managed.Count("was started").Should().Be(0);
    }

    private const string EndPoint = "--ProcessManager:Status:EndPoint=127.0.0.1:0";

    private Task<Managed> Start(params string[] switches) => Managed.Start(output, [EndPoint, .. switches]);

    private static async Task<bool> Ends(Socket socket)
    {
        using (socket)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            byte[] rest = new byte[1000];
            try
            {
                while (await socket.ReceiveAsync(rest, limit.Token) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // reset: it is over too
            }

            return !limit.IsCancellationRequested;
        }
    }
}
