using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>samples/FastCgiWeb behind nginx, with the configuration that comes with it.</summary>
[Trait("Row", "A4.3")]
public class TheSample(TheSample.Behind site, ITestOutputHelper output) : IClassFixture<TheSample.Behind>, IDisposable
{
    public class Behind : Site
    {
        internal Managed App { get; private set; } = null!;

        protected override async Task<int> Start()
        {
            int port = Ports.Free();
            App = Keep(await FastCgiPrograms.OnSocket(this, WebPrograms.Sample, File("app.sock"), "--ProcessManager:ProcessCount=2"));
            string http = await System.IO.File.ReadAllTextAsync(Path.Combine(Places.RepositoryRoot, "samples/FastCgiWeb/nginx.conf"));
            http.Should().Contain("/run/fastcgiweb").And.Contain("127.0.0.1:8080");
            await Nginx.Start(this, port, http
                .Replace("/run/fastcgiweb", Folder, StringComparison.Ordinal)
                .Replace("127.0.0.1:8080", $"127.0.0.1:{port}", StringComparison.Ordinal));
            return port;
        }
    }

    [Fact]
    public void It_is_short() =>
        File.ReadAllLines(Path.Combine(Places.RepositoryRoot, "samples/FastCgiWeb/Program.cs")).Length.Should().BeLessThan(60);

    [Fact]
    public async Task It_answers_its_paths()
    {
        Reply hello = await site.Http.Get("/");
        hello.Text.Should().StartWith("Hello from pid").And.HaveLength(100);
        Native.Children(site.App.Pid).Should().Contain(hello.Pid);
        byte[] body = new byte[1_000_000];
        Random.Shared.NextBytes(body);
        (await site.Http.Post("/echo", body)).Body.Should().Equal(body);
        (await site.Http.Get("/sleep?ms=20")).Text.Should().Be("slept 20 ms\n");
        (await site.Http.Parameters("/env?a=b")).Should().Contain("QUERY_STRING", "a=b").And.Contain("REQUEST_METHOD", "GET");
        Reply nowhere = await site.Http.Get("/nowhere");
        nowhere.Status.Should().Be(HttpStatusCode.NotFound);
        nowhere.Pid.Should().BePositive();
    }

    [Fact]
    public async Task Events_arrive_one_by_one_though_nginx_buffers()
    {
        using RawConnection client = await site.Http.Open("GET /events?ms=300 HTTP/1.1\nHost: {host}\n\n");
        string first = await client.Read("data: tick 1\n");
        int seen = Regex.Count(first, "data: tick");
        first.Should().NotContain("tick 20", "a buffer of 4 KiB holds two hundred");
        (await client.Read($"data: tick {seen + 2}\n")).Should().NotContain($"tick {seen + 20}");
    }

    [Fact]
    public async Task The_host_has_the_port_that_the_client_asked_for() =>
        (await site.Http.Parameters("/env")).Should().Contain("HTTP_HOST", $"127.0.0.1:{site.Http.Port}");

    [Fact]
    public async Task A_crash_costs_its_own_request_only()
    {
        site.ExpectedCrashes = null; // on a kept connection nginx asks again, so one or two workers crash
        int from = site.App.Log.Count;
        (await site.Http.Get("/crash")).Status.Should().Be(HttpStatusCode.BadGateway);
        await site.App.Log.Find("is ready", from);
        (await site.Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Row", "A4.1")]
    public async Task Started_with_the_socket_as_descriptor_0_it_serves_that()
    {
        using var folder = new TempFolder();
        string socket = folder.File("started.sock");
        await using Managed starter = Managed.Launch(output, new Launch { Program = "cgi-fcgi", Arguments = ["-start", "-connect", socket, WebPrograms.Sample, "1"] });
        (await starter.Exit()).Should().Be(0);
        await using Managed client = Managed.Launch(output, new Launch
        {
            Program = "cgi-fcgi",
            Arguments = ["-bind", "-connect", socket],
            Environment = new() { ["REQUEST_METHOD"] = "GET", ["SCRIPT_NAME"] = "/", ["SERVER_PROTOCOL"] = "HTTP/1.1" },
        });
        await client.Exit();
        Match pid = Regex.Match(string.Join('\n', client.Log.Lines), @"(?s)^Status: 200.*X-Pid: (\d+).*Hello from pid");
        string stat = Native.ReadOrEmpty($"/proc/{pid.Groups[1].Value}/stat");
        int manager = int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        Native.Send(manager, Native.Term);
        await starter.NobodyLeft();
    }

    [Fact]
    public async Task As_one_plain_process_the_host_hears_the_signals_itself()
    {
        using var folder = new TempFolder();
        await using Managed plain = Managed.Launch(output, new Launch { Program = WebPrograms.Sample, Arguments = ["--socket", folder.File("s"), "--ProcessManager:ProcessCount=0"] });
        await plain.Log.Find("Application started");
        Native.Send(plain.StartedPid, Native.Term);
        (await plain.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task Without_Manage_the_application_says_what_is_missing()
    {
        using var folder = new TempFolder();
        await using Managed wrong = Managed.Launch(output, new Launch { Program = WebPrograms.TestApp, Arguments = ["--socket", folder.File("s"), "--forget-manage=yes"] });
        (await wrong.Exit()).Should().NotBe(0);
        wrong.Log.Lines.Should().Contain(static l => l.Contains("Call Manage before the request loop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_in_use_is_told_in_one_line()
    {
        using var folder = new TempFolder();
        await using Managed first = Managed.Launch(output, new Launch { Program = WebPrograms.Sample, Arguments = ["--socket", folder.File("s"), "--ProcessManager:ProcessCount=1"] });
        await first.Log.Find("is ready");
        await using Managed second = Managed.Launch(output, new Launch { Program = WebPrograms.Sample, Arguments = ["--socket", folder.File("s")] });
        (await second.Exit()).Should().Be(1);
        second.Log.Lines.Should().ContainSingle().Which.Should().Contain("another program (pid ");
        Native.Send(first.StartedPid, Native.Term);
        (await first.Exit()).Should().Be(0);
    }

    public void Dispose() => output.WriteLine(site.Log);
}
