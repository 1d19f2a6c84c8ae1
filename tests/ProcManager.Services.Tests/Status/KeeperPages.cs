using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.Status;

/// <summary>The status page of a keeper tells what its services do.</summary>
[Trait("Row", "E7")]
public sealed class KeeperPages : IDisposable
{
    private readonly KeeperHost _host = new(KeeperHost.Foreground("good", "exec sleep 1000"), KeeperHost.Foreground("bad", "exit 3"));
    private readonly HttpClient _client;

    public KeeperPages()
    {
        string path = _host.Files.File("s.sock");
        _host.Options.Status.EndPoint = "unix:" + path;
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://keeper/") };
    }

    [Fact]
    public async Task Json_has_each_service()
    {
        await Started();
        using JsonDocument json = JsonDocument.Parse(await _client.GetStringAsync("status.json"));
        json.RootElement.GetProperty("program").GetString().Should().Be("service keeper");
        json.RootElement.TryGetProperty("pool", out _).Should().BeFalse("the page shows a pool where there is one");
        JsonElement[] services = [.. json.RootElement.GetProperty("services").EnumerateArray()];
        services[0].GetProperty("name").GetString().Should().Be("good");
        services[0].GetProperty("state").GetString().Should().Be("Up");
        services[0].GetProperty("pid").GetInt32().Should().Be(_host["good"].Pid);
        services[1].GetProperty("state").GetString().Should().NotBe("Up");
        services[1].GetProperty("lastDeath").GetProperty("reason").GetString().Should().Contain("exited with code 3");
    }

    [Fact]
    public async Task Text_has_a_line_for_each_service()
    {
        await Started();
        string text = await _client.GetStringAsync("status.txt");
        text.Should().MatchRegex(@"(?m)^  good  Up since .*Z, pid \d+, 0 restarts$").And.MatchRegex(@"(?m)^  bad   \w+ since .*exited with code 3");
    }

    [Fact]
    public async Task Metrics_have_a_series_for_each_service()
    {
        await Started();
        string metrics = await _client.GetStringAsync("metrics");
        metrics.Should().Contain("procmanager_service_up{service=\"good\"} 1\n").And.Contain("procmanager_service_up{service=\"bad\"} 0\n")
            .And.Contain("procmanager_service_restarts_total{service=\"good\"} 0\n").And.MatchRegex("procmanager_service_since_seconds\\{service=\"good\"\\} \\d{10}");
    }

    [Fact]
    public async Task It_is_ready_when_every_service_is_up_that_is_not_paused()
    {
        await Started();
        using HttpResponseMessage answer = await _client.GetAsync("ready");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).Should().StartWith("bad is not up: ");
        (await _client.GetStringAsync("health")).Should().Be("healthy\n");
        _host.Keeper.Pause("bad");
        (await _client.GetStringAsync("ready")).Should().Be("ready\n");
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_the_start()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        _host.Options.Status.EndPoint = $"{taken.LocalEndPoint}";
        Action start = () => _host.Start();
        start.Should().Throw<ProcManagerException>().WithMessage($"*{taken.LocalEndPoint}*");
        _host.Options.Status.EndPoint = null;
        await Started(); // the folder is free again
    }

    [Fact]
    public void An_address_for_other_machines_takes_a_token()
    {
        Action make = () => _ = new ServiceKeeper(new ServiceKeeperOptions { Status = { EndPoint = "0.0.0.0:9180" } });
        make.Should().Throw<ProcManagerConfigurationException>().WithMessage("*Status.EndPoint*0.0.0.0:9180*AllowRemote*");
    }

    private async Task Started()
    {
        _host.Start();
        await _host.Is("good", ServiceState.Up);
        await _host.Is("bad", static s => s.LastDeath is not null, "it has died");
    }

    // xunit 2 does not call DisposeAsync of a test class.
    public void Dispose()
    {
        _client.Dispose();
        _host.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
