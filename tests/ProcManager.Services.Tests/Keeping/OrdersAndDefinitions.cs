using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>Operators, other definitions, and hosts.</summary>
[Trait("Row", "E2")]
public sealed class OrdersAndDefinitions
{
    [Fact]
    public async Task A_service_that_is_gone_from_the_definitions_is_left_running_and_kept_on_when_it_comes_back()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"), KeeperHost.Foreground("api", "exec sleep 1000")).Start();
        ServiceStatus web = await host.Is("web", ServiceState.Up);
        ServiceStatus api = await host.Is("api", ServiceState.Up);
        ServiceDefinition[] both = [.. host.Options.Services];
        host.Keeper.Reload(With(host, both[1]));
        await host.Log.Says("service web: is not in the definitions any more");
        host.Keeper.Status().Select(static s => s.Name).Should().Equal("api");
        KeeperHost.Runs(web.Pid!.Value).Should().BeTrue();
        host.Keeper.Reload(With(host, both));
        (await host.Is("web", ServiceState.Up)).Pid.Should().Be(web.Pid);
        host["api"].Should().BeEquivalentTo(new { api.Pid, Restarts = 0L });
    }

    [Fact]
    public async Task A_changed_start_command_takes_effect_at_the_next_start_and_that_is_said()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "echo old; exec sleep 1000")).Start();
        ServiceStatus old = await host.Is("web", ServiceState.Up);
        host.Keeper.Reload(With(host, KeeperHost.Foreground("web", "echo new; exec sleep 1000")));
        await host.Log.Says("takes effect at the next start");
        host["web"].Pid.Should().Be(old.Pid);
        host.Keeper.Restart("web");
        await host.Is("web", static s => s.State == ServiceState.Up && s.Restarts == 1, "restarted");
        await Until.True(() => host.Files.Read("keeper/logs/web.log").Contains("new", StringComparison.Ordinal), static () => "the new command");
        host.Told.All.Should().BeEmpty("an operator knows what he has asked for");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dependency_that_is_gone_from_the_definition_or_paused_is_not_waited_for(bool isPaused)
    {
        ServiceDefinition web = KeeperHost.Foreground("web", "exec sleep 1000");
        web.DependsOn.Add("db");
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("db", "exit 1"), web).Start();
        await host.Is("web", ServiceState.Waiting);
        if (isPaused)
        {
            host.Keeper.Pause("db");
        }
        else
        {
            host.Keeper.Reload(With(host, host.Options.Services[0], KeeperHost.Foreground("web", "exec sleep 1000")));
        }

        await host.Is("web", ServiceState.Up);
    }

    [Fact]
    public async Task Wrong_definitions_are_refused_and_the_old_ones_stay()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Is("web", ServiceState.Up);
        var wrong = new ServiceDefinition { Name = "web" };
        FluentActions.Invoking(() => host.Keeper.Reload(With(host, wrong))).Should().Throw<ProcManagerConfigurationException>();
        await host.Log.Says("the old ones stay");
        host["web"].State.Should().Be(ServiceState.Up);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_reload_cannot_take_over_is_said_in_the_words_of_its_definitions(bool isOfFile)
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Is("web", ServiceState.Up);
        ServiceKeeperOptions Of(string folder, string kind, string? endPoint)
        {
            if (isOfFile)
            {
                string status = endPoint is null ? "" : $"\"status\": {{ \"endPoint\": \"{endPoint}\" }}, ";
                return ServiceKeeperOptions.Parse($$"""{ "folder": "{{folder}}", {{status}}"snapshots": { "enabled": false }, "services": { "web": { "kind": "{{kind}}", "start": "exec sleep 2000", "check": { "command": "true" } } } }""", "services.json");
            }

            ServiceDefinition web = KeeperHost.Foreground("web", "exec sleep 2000");
            web.Kind = kind == "detached" ? ServiceKind.Detached : ServiceKind.Foreground;
            web.Checks.Add(new CommandCheck { Command = new ServiceCommand("true") });
            ServiceKeeperOptions options = With(host, web);
            (options.Folder, options.Status.EndPoint) = (folder, endPoint);
            return options;
        }

        string Refused(string folder, string kind) => FluentActions.Invoking(() => host.Keeper.Reload(Of(folder, kind, null))).Should().Throw<ProcManagerConfigurationException>().Which.Message;
        Refused(host.Options.Folder!, "detached").Should().Contain((isOfFile ? "services.web.kind is \"detached\"; allowed while the keeper runs: \"foreground\", the kind" : "Services[\"web\"].Kind is Detached; allowed while the keeper runs: Foreground, the kind"));
        Refused("/other", "foreground").Should().Contain($"{(isOfFile ? "folder" : "Folder")} is /other; allowed while the keeper runs: {host.Options.Folder}.");
        host.Keeper.ReloadAndSay(Of(host.Options.Folder!, "foreground", "127.0.0.1:9999")).Should().BeEquivalentTo(new ReloadAnswer(0, 1, 0,
        [
            "the start command of web has changed; that takes effect at the next start",
            $"{(isOfFile ? "status.endPoint" : "Status.EndPoint")} has changed; that takes effect when the keeper is started anew",
        ]));
        await host.Log.Says($"{(isOfFile ? "status.endPoint" : "Status.EndPoint")} has changed; that takes effect when the keeper is started anew");
    }

    [Fact]
    public async Task A_name_that_is_not_kept_is_refused_with_those_that_are()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        FluentActions.Invoking(() => host.Keeper.Pause("wbe")).Should().Throw<ProcManagerException>().WithMessage("*'wbe'*web*");
    }

    [Fact]
    public async Task The_control_socket_answers_in_lines()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "echo last words; exec sleep 1000")).Start();
        ServiceStatus up = await host.Is("web", ServiceState.Up);
        KeeperHost.Signal(up.Pid!.Value, "KILL");
        await host.Is("web", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.Files.File("keeper/keeper.sock")));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        Parse(await reader.ReadLineAsync()).GetProperty("keeper").GetString().Should().Be(host.Options.Folder);
        async Task<JsonElement> Ask(string line)
        {
            await writer.WriteLineAsync(line);
            return Parse(await reader.ReadLineAsync());
        }

        JsonElement status = await Ask("""{"id":1,"command":"status"}""");
        status.GetProperty("result")[0].GetProperty("state").GetString().Should().Be("Up");
        JsonElement why = await Ask("""{"command":"why","service":"web"}""");
        why.GetProperty("result").GetProperty("lastDeath").GetProperty("reason").GetString().Should().Contain("SIGKILL");
        why.GetProperty("result").GetProperty("output").GetString().Should().Contain("last words");
        (await Ask("""{"command":"log","service":"web"}""")).GetProperty("result").GetString().Should().EndWith("/logs/web.log");
        (await Ask("""{"command":"pause","service":"web"}""")).GetProperty("ok").GetBoolean().Should().BeTrue();
        host["web"].State.Should().Be(ServiceState.Paused);
        (await Ask("""{"command":"resume","service":"nobody"}""")).GetProperty("error").GetString().Should().Contain("nobody");
        (await Ask("""{"command":"reload"}""")).GetProperty("ok").GetBoolean().Should().BeFalse();
        (await Ask("""{"command":"dance"}""")).GetProperty("error").GetString().Should().Contain("status");
        (await Ask("""{"command":"stop"}""")).GetProperty("ok").GetBoolean().Should().BeTrue();
        await host.Keeper.Completion.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_host_starts_and_stops_its_side_cars()
    {
        await using var files = new KeeperHost(KeeperHost.Foreground("side", "exec sleep 1000"));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IServiceNotifier>(files.Told);
        builder.Services.AddServiceKeeper(files.Options);
        using IHost host = builder.Build();
        await host.StartAsync();
        ServiceKeeper keeper = host.Services.GetRequiredService<ServiceKeeper>();
        await Until.True(() => keeper.Status().Single().State == ServiceState.Up, static () => "up");
        int pid = keeper.Status().Single().Pid!.Value;
        KeeperHost.Signal(pid, "KILL");
        await files.Told.Comes(ServiceChange.Recovered);
        int second = keeper.Status().Single().Pid!.Value;
        await host.StopAsync();
        KeeperHost.Runs(second).Should().BeFalse();
    }

    [Fact]
    public async Task A_host_may_have_two_keepers_and_may_be_disposed_of_at_once()
    {
        await using var one = new KeeperHost(KeeperHost.Foreground("one", "exec sleep 1000"));
        await using var two = new KeeperHost(KeeperHost.Foreground("two", "exec sleep 1000"));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddServiceKeeper(one.Options).AddServiceKeeper(two.Options);
        using IHost host = builder.Build();
        await host.StartAsync();
        ServiceKeeper[] keepers = [.. host.Services.GetServices<ServiceKeeper>()];
        keepers.Select(static k => k.Status().Single().Name).Should().Equal("one", "two");
        await Until.True(() => keepers.All(static k => k.Status().Single().State == ServiceState.Up), static () => "both are up");
        await host.StopAsync();
        Array.ForEach(keepers, static k => k.Dispose());
        keepers.Should().OnlyContain(static k => k.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_pause_that_cannot_be_stored_is_refused_and_the_service_is_kept()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Is("web", ServiceState.Up);
        string state = host.Files.File("keeper/state/web.json");
        await Until.True(() => StoredState.Read(state)?.Phase == StoredPhase.Running, static () => "the state is stored");
        File.Delete(state);
        Directory.CreateDirectory(state);
        FluentActions.Invoking(() => host.Keeper.Pause("web")).Should().Throw<ProcManagerException>().WithMessage("The service 'web' is not paused: the pause cannot be stored*");
        host["web"].State.Should().Be(ServiceState.Up);
        Directory.Delete(state);
        host.Keeper.Pause("web");
        StoredState.Read(state)!.IsPaused.Should().BeTrue();
        host["web"].State.Should().Be(ServiceState.Paused);
    }

    private static ServiceKeeperOptions With(KeeperHost host, params ServiceDefinition[] services)
    {
        var options = new ServiceKeeperOptions { Folder = host.Options.Folder, Snapshots = host.Options.Snapshots };
        Array.ForEach(services, options.Services.Add);
        return options;
    }

    private static JsonElement Parse(string? line) => JsonDocument.Parse(line!).RootElement;
}
