using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The socket on which tools ask and steer.</summary>
[Trait("Row", "D13")]
public sealed class ControlSocket(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("control.sock");

    [Fact]
    public async Task It_tells_the_status_and_steers_the_pool()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--events=yes");
        File.GetUnixFileMode(Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using ControlClient client = await ControlClient.Connect(Path);
        client.Greeting.GetProperty("procmanager").GetInt32().Should().Be(1);
        client.Greeting.GetProperty("pid").GetInt32().Should().Be(managed.Pid);

        (JsonElement status, _) = await client.Ask("""{"id":7,"command":"status"}""");
        status.GetProperty("id").GetInt64().Should().Be(7);
        status.GetProperty("result").GetProperty("pool").GetProperty("target").GetInt32().Should().Be(1);
        (JsonElement peek, _) = await client.Ask("""{"command":"peek"}""");
        peek.GetProperty("result").GetString().Should().StartWith("the pool runs: 1 worker, 1 wanted, generation 1\n").And.Contain("worker 0 (pid ");

        Ok(await client.Ask("""{"command":"scale","count":2}"""));
        await managed.Log.FindCount("^event ready", 2);

        int before = managed.Workers.Min();
        Ok(await client.Ask("""{"command":"recycle","slot":0}"""));
        await managed.Log.Find($@"worker 0 \(pid {before}\): draining since an operator asked for its replacement");
        await managed.Log.Find($"^event exited 0 {before} cause=Recycled code=0");
        managed.Workers.Should().HaveCount(2);

        Ok(await client.Ask("""{"command":"stop"}"""));
        (await managed.Exit()).Should().Be(0);
        File.Exists(Path).Should().BeFalse();
    }

    [Fact]
    public async Task A_reload_is_awaited_and_its_outcome_told()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", $"--config={Config("1s")}");
        using ControlClient client = await ControlClient.Connect(Path);
        (JsonElement good, List<string> events) = await client.Ask("""{"command":"reload"}""");
        Ok((good, events));
        good.GetProperty("result").GetProperty("outcome").GetString().Should().Be("Succeeded");
        events.Should().StartWith("reload-began").And.Contain("worker-ready", "worker-exited");

        Config("5");
        (JsonElement refused, _) = await client.Ask("""{"command":"reload"}""");
        refused.GetProperty("ok").GetBoolean().Should().BeFalse();
        refused.GetProperty("error").GetString().Should().StartWith("ProcessManager:StartDelay is '5'; allowed: a time with its unit");

        Config("0s");
        using ControlClient other = await ControlClient.Connect(Path);
        Task<(JsonElement Answer, List<string>)>[] both = [client.Ask("""{"command":"reload"}"""), other.Ask("""{"command":"reload"}""")];
        await Task.WhenAll(both);
        both.Select(static b => b.Result.Item1.GetProperty("ok").GetBoolean()).Should().OnlyContain(static ok => ok, "the second one is the reload that follows, or the same");
    }

    [Fact]
    public async Task The_level_of_the_log_is_set_for_manager_and_workers()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=1s");
        using ControlClient client = await ControlClient.Connect(Path);
        managed.Count(": looked at").Should().Be(0);
        Ok(await client.Ask("""{"command":"log-level","level":"trace"}"""));
        await managed.Log.Find("the lowest level of this library.s messages: Trace");
        await managed.Log.Find(@"manager \(pid \d+\): looked at");
        Native.Send(managed.Workers.Single(), Native.Kill);
        await managed.Log.Find(@"worker 0 \(pid \d+\): handling requests"); // its first word, at debug level
        await managed.Log.FindCount("is ready", 2);

        Ok(await client.Ask("""{"command":"log-level","level":"error"}"""));
        Native.Send(managed.Workers.Single(), Native.Kill);
        Ok(await client.Ask("""{"command":"events"}"""));
        await Until.True(async () => (await client.Read()).GetProperty("progress").GetProperty("event").GetString() == "worker-ready", "a third worker is ready");
        managed.Count("is ready$").Should().Be(2, "the third is not told");
    }

    [Fact]
    public async Task What_the_threads_of_a_worker_do_is_told_without_a_capture_too()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        using ControlClient client = await ControlClient.Connect(Path);
        (JsonElement answer, _) = await client.Ask("""{"command":"stacks","slot":0}""");
        answer.GetProperty("result").GetString().Should().Contain("calls no UseCapture").And.MatchRegex(@"threads of process \d+:\n  thread \d+ ");
    }

    [Fact]
    public async Task Events_are_followed_until_the_client_goes()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        using ControlClient client = await ControlClient.Connect(Path);
        Ok(await client.Ask("""{"id":1,"command":"events"}"""));
        int worker = managed.Workers.Single();
        Native.Send(worker, Native.Kill);
        JsonElement exited = (await client.Read()).GetProperty("progress");
        exited.GetProperty("event").GetString().Should().BeOneOf("worker-exited", "worker-started");
        while (exited.GetProperty("event").GetString() != "worker-exited")
        {
            exited = (await client.Read()).GetProperty("progress");
        }

        exited.GetProperty("pid").GetInt32().Should().Be(worker);
        exited.GetProperty("outcome").GetString().Should().Be("SIGKILL");
        exited.GetProperty("reason").GetString().Should().Be("Crashed");
    }

    /// <summary>Garbage, giant lines, clients that vanish, and too many of them.</summary>
    [Fact]
    public async Task Bad_clients_cost_nothing()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        using (ControlClient client = await ControlClient.Connect(Path))
        {
            foreach ((string line, string error) in new[]
            {
                ("hello", "The line is no JSON: *"), ("[]", "A line is an object with a command*"), ("{\"command\":1}", "A line is an object with a command*"),
                ("{\"command\":\"dance\"}", "'dance' is no command of this version; there are: status, *"), ("{\"command\":\"log-level\",\"level\":\"loud\"}", "level is 'loud'; allowed: Trace, Debug, *"), ("{\"command\":\"log-level\",\"level\":1}", "log-level: level is 1; allowed: a text."),
                ("{\"command\":\"stacks\",\"slot\":5}", "Slot 5 has no worker. Slots with a worker: 0."), ("{\"command\":\"scale\"}", "scale needs count: a whole number from 1 to 2048."),
                ("{\"command\":\"scale\",\"count\":1e99}", "scale needs count: *"), ("{\"command\":\"recycle\",\"slot\":5}", "Slot 5 has no worker that could be replaced. Slots with a worker: 0."),
                (new string('[', 60_000), "The line is no JSON: *"), ("\0\u0001", "The line is no JSON: *"),
            })
            {
                (JsonElement answer, _) = await client.Ask(line);
                answer.GetProperty("ok").GetBoolean().Should().BeFalse();
                answer.GetProperty("error").GetString().Should().Match(error);
            }

            await client.Send(new string('x', 70_000));
            (await client.Read()).GetProperty("error").GetString().Should().Be("A line has 65536 bytes at most.");
        }

        var clients = new List<ControlClient>();
        for (int i = 0; i < 16; i++)
        {
            clients.Add(await ControlClient.Connect(Path));
        }

        using (ControlClient oneTooMany = await ControlClient.Connect(Path))
        {
            oneTooMany.Greeting.GetProperty("error").GetString().Should().Be("16 clients are connected, which is the maximum.");
        }

        await clients[0].Send("{\"command\":\"events\"}\n{\"comm");
        clients.ForEach(static c => c.Dispose());
        await Until.True(
            async () =>
            {
                using ControlClient again = await ControlClient.Connect(Path);
                return again.Greeting.TryGetProperty("pid", out _);
            },
            "there is room again");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    /// <summary>As when its mode was changed afterwards: the kernel says which user connects.</summary>
    [FactAsRoot]
    public async Task Another_user_is_refused_even_where_the_mode_lets_that_user_connect()
    {
        using var user = new OtherUser();
        string path = System.IO.Path.Combine(user.Files, "control.sock");
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:ControlSocket={path}");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ff);
        string[] ask = [.. user.Wrapper, "perl", "-MIO::Socket::UNIX", "-e", "$s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die $!; print $s qq({\"command\":\"stop\"}\\n); print <$s>", path];
        using var perl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(ask[0], ask[1..]) { RedirectStandardOutput = true })!;
        (await perl.StandardOutput.ReadToEndAsync()).Should().Be("{\"ok\":false,\"error\":\"Only the manager\\u0027s own user and root may ask.\"}\n");
        await perl.WaitForExitAsync();
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task Without_a_choice_it_is_in_the_private_folder_of_the_user_and_what_a_killed_manager_left_goes()
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string runtime = System.IO.Path.Combine(_folder.Path, "procmanager");
        var launch = new Launch { Arguments = ["--ProcessManager:ProcessCount=1"], Environment = { ["XDG_RUNTIME_DIR"] = _folder.Path } };
        string left;
        await using (Managed killed = Managed.Launch(output, launch))
        {
            await killed.Ready();
            left = $"{runtime}/{killed.Pid}.sock";
            File.Exists(left).Should().BeTrue();
            File.GetUnixFileMode(runtime).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            killed.Signal(Native.Kill);
            await killed.Exit();
        }

        await using Managed managed = Managed.Launch(output, launch);
        await managed.Ready();
        Directory.GetFiles(runtime).Should().Equal($"{runtime}/{managed.Pid}.sock");
        using ControlClient client = await ControlClient.Connect($"{runtime}/{managed.Pid}.sock");
        client.Greeting.GetProperty("program").GetString().Should().Be("ProcManager.TestWorker");
    }

    /// <summary>As logind takes the folder at the end of the user's last session, and a clean-up a file.</summary>
    [Fact]
    public async Task A_socket_whose_folder_was_removed_is_there_again_after_HUP()
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string page = _folder.File("status.sock");
        var launch = new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:Status:EndPoint=unix:{page}"], Environment = { ["XDG_RUNTIME_DIR"] = _folder.Path } };
        await using Managed managed = Managed.Launch(output, launch);
        await managed.Ready();
        string path = _folder.File($"procmanager/{managed.Pid}.sock");
        Directory.Delete(_folder.File("procmanager"), recursive: true);
        File.Delete(page);
        managed.Signal(Native.Hup);
        await managed.Log.Find($"{System.Text.RegularExpressions.Regex.Escape(path)}.* bound again");
        await managed.Log.Find($"{System.Text.RegularExpressions.Regex.Escape(page)}.* bound again");
        using (ControlClient client = await ControlClient.Connect(path))
        {
            Ok(await client.Ask("""{"command":"status"}"""));
        }

        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(page));
        await socket.SendAsync("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[64];
        (await socket.ReceiveAsync(answer)).Should().BePositive();
        System.Text.Encoding.ASCII.GetString(answer).Should().StartWith("HTTP/1.1 ");
    }

    public void Dispose() => _folder.Dispose();

    private static void Ok((JsonElement Answer, List<string> Events) asked) => asked.Answer.GetProperty("ok").GetBoolean().Should().BeTrue(asked.Answer.GetRawText());

    private Task<Managed> Start(params string[] switches) => Managed.Start(output, [$"--ProcessManager:ControlSocket={Path}", .. switches]);

    private string Config(string startDelay)
    {
        File.WriteAllText(_folder.File("app.json"), $$"""{ "ProcessManager": { "StartDelay": "{{startDelay}}", "CanaryTime": "0" } }""");
        return _folder.File("app.json");
    }
}
