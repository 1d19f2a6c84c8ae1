namespace ProcManager.Services.Tests.Definitions;

/// <summary>A file becomes the same objects as C# would make.</summary>
[Trait("Row", "E1")]
public sealed class Reading
{
    private const string Everything = """
        {
          "$schema": "services.schema.json",
          "folder": "/var/lib/keep",
          "notify": { "command": ["/usr/local/bin/tell"], "mail": "root" },
          "snapshots": { "enabled": false, "folder": "/var/tmp/snapshots", "maxSize": "64MB", "timeout": "1500ms" },
          // one of each kind
          "services": {
            "redis.1": {
              "kind": "foreground",
              "start": { "command": ["redis-server", "--port", "6379"], "environment": { "A": "1", "B": "" }, "directory": "/srv", "user": "root", "group": "root", "timeout": "1m30s" },
              "stop": "redis-cli shutdown",
              "stopTimeout": "1h", "interval": "100ms",
              "backoff": { "initial": "10ms", "max": "24h", "resetAfter": "00:02:00" },
              "giveUp": { "restarts": 1000, "within": "7d" },
              "dependsOn": ["web", "a-b_C"],
              "snapshot": ["ss -s", ["free", "-m"], { "command": "df", "timeout": "1s" }],
              "log": { "maxSize": 4096, "keep": 100 },
              "notify": {},
            },
            "web": {
              "start": ["nginx"],
              "check": [
                { "pidFile": "/run/nginx.pid" },
                { "pidFile": "/run/nginx.pid", "executable": "/usr/sbin/nginx" },
                { "executable": "/usr/sbin/nginx", "failures": 1000 },
                { "tcp": 80 },
                { "tcp": "[::1]:81" },
                { "tcp": "db.example.org:5432" },
                { "unix": "/run/web.sock" },
                { "http": "https://localhost/ping" },
                { "http": "http://localhost", "status": 204 },
                { "http": "http://localhost", "status": "200-299" },
                { "command": "true", "timeout": "10ms" },
              ],
            },
            "a-b_C": { "kind": "detached", "start": "x", "check": { "tcp": "127.0.0.1:1" }, "dependsOn": "web", "snapshot": "uptime", "giveUp": {} },
          },
        }
        """;

    private readonly ServiceKeeperOptions _read = ServiceKeeperOptions.Parse(Everything, "services.json");

    [Fact]
    public void The_keeper() => _read.Should().BeEquivalentTo(
        new ServiceKeeperOptions
        {
            Folder = "/var/lib/keep",
            Notify = { Command = new ServiceCommand("/usr/local/bin/tell"), Mail = "root" },
            Snapshots = { Enabled = false, Folder = "/var/tmp/snapshots", MaxSize = 64_000_000, Timeout = TimeSpan.FromMilliseconds(1500) },
        },
        static o => o.Excluding(static k => k.Services));

    [Fact]
    public void A_service_with_all_fields()
    {
        var expected = new ServiceDefinition
        {
            Name = "redis.1",
            Kind = ServiceKind.Foreground,
            Start = new ServiceCommand("redis-server", "--port", "6379") { Environment = { ["A"] = "1", ["B"] = "" }, Directory = "/srv", User = "root", Group = "root", Timeout = TimeSpan.FromSeconds(90) },
            Stop = ServiceCommand.Shell("redis-cli shutdown"),
            StopTimeout = TimeSpan.FromHours(1),
            Interval = TimeSpan.FromMilliseconds(100),
            Backoff = { Initial = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromDays(1), ResetAfter = TimeSpan.FromMinutes(2) },
            GiveUp = new ServiceGiveUp { Restarts = 1000, Within = TimeSpan.FromDays(7) },
            DependsOn = { "web", "a-b_C" },
            SnapshotCommands = { ServiceCommand.Shell("ss -s"), new ServiceCommand("free", "-m"), new ServiceCommand("/bin/sh", "-c", "df") { Timeout = TimeSpan.FromSeconds(1) } },
            Log = { MaxSize = 4096, Keep = 100 },
            Notify = new ServiceNotifyOptions(),
        };
        _read.Services[0].Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void Checks_of_each_kind() => _read.Services[1].Checks.Should().BeEquivalentTo(
        new ServiceCheck[]
        {
            new PidFileCheck { Path = "/run/nginx.pid" },
            new PidFileCheck { Path = "/run/nginx.pid", Executable = "/usr/sbin/nginx" },
            new ExecutableCheck { Path = "/usr/sbin/nginx", Failures = 1000 },
            new TcpCheck { Port = 80 },
            new TcpCheck { Host = "::1", Port = 81 },
            new TcpCheck { Host = "db.example.org", Port = 5432 },
            new UnixSocketCheck { Path = "/run/web.sock" },
            new HttpCheck { Url = new Uri("https://localhost/ping") },
            new HttpCheck { Url = new Uri("http://localhost"), MinStatus = 204, MaxStatus = 204 },
            new HttpCheck { Url = new Uri("http://localhost"), MinStatus = 200, MaxStatus = 299 },
            new CommandCheck { Command = ServiceCommand.Shell("true"), Timeout = TimeSpan.FromMilliseconds(10) },
        },
        static o => o.RespectingRuntimeTypes().WithStrictOrdering());

    [Fact]
    public void What_is_not_set_has_the_default() => _read.Services[2].Should().BeEquivalentTo(
        new ServiceDefinition
        {
            Name = "a-b_C",
            Start = ServiceCommand.Shell("x"),
            Checks = { new TcpCheck { Port = 1 } },
            DependsOn = { "web" },
            SnapshotCommands = { ServiceCommand.Shell("uptime") },
            GiveUp = new ServiceGiveUp(),
        },
        static o => o.RespectingRuntimeTypes());

    [Fact]
    public void The_schema_accepts_all_of_it() => Schema.Accepts(Everything).Should().BeTrue();

    [Theory]
    [InlineData("\"interval\": \"1h 30m\"")]
    [InlineData("\"interval\": \"1.5S\"")]
    [InlineData("\"interval\": \" 500000us \"")]
    [InlineData("\"interval\": \"00:00:10.5\"")]
    [InlineData("\"log\": { \"maxSize\": \"1.5 mb\" }")]
    [InlineData("\"log\": { \"maxSize\": \"8192B\" }")]
    [InlineData("\"log\": { \"maxSize\": \"8192\" }")]
    [InlineData("\"snapshot\": []")]
    [InlineData("\"snapshot\": { \"command\": [\"free\", \"-m\"] }")]
    [InlineData("\"dependsOn\": []")]
    [InlineData("\"check\": []")]
    [InlineData("\"notify\": { \"mail\": \"root, ops@example.org\" }")]
    [InlineData("\"check\": { \"http\": \"HTTP://localhost\" }")]
    [InlineData("\"stop\": { \"command\": \"x\", \"user\": \"0\", \"group\": \"54321\" }")]
    [InlineData("\"stop\": { \"command\": \"x\", \"user\": \"54321\", \"group\": \"root\" }")]
    public void Ways_to_write_a_value_are_those_of_the_schema(string fields)
    {
        string json = $$"""{ "services": { "x": { "kind": "foreground", "start": "x", {{fields}} } } }""";
        ServiceKeeperOptions.Parse(json, "services.json").Services.Should().ContainSingle();
        Schema.Accepts(json).Should().BeTrue();
    }

    [Fact]
    public void A_byte_order_mark_is_no_mistake() => ServiceKeeperOptions.Parse("\ufeff{ \"services\": {} }", "x").Services.Should().BeEmpty();

    [Fact]
    public void A_text_without_a_shell_stays_what_it_is() =>
        ServiceKeeperOptions.Parse("""{ "services": { "x": { "kind": "foreground", "start": ["x", "", "$HOME; \"é\" \u00e9\ud83d\ude00"] } } }""", "x").Services[0].Start!.Command.Should().Equal("x", "", "$HOME; \"é\" é😀");
}
