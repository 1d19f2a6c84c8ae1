using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The manifest of docs/kubernetes.md and the Dockerfile of its sample: their numbers fit together, and the sample runs as they say.</summary>
[Trait("Row", "F3")]
public class KubernetesPage(ITestOutputHelper output)
{
    /// <summary>What the manager itself may take, and the kubelet.</summary>
    private const int Slack = 10;

    /// <summary>Pid 1 of namespaces of its own, all file systems read-only, as the user of the images of .NET without capabilities.</summary>
    private static readonly string[] Container =
    [
        "unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount", "--mount-proc", "--kill-child", "/bin/sh", "-c",
        """
        for at in $(cut -d" " -f2 /proc/mounts | grep -v -e "^/proc" -e "^/dev" -e "^/sys"); do mount -o remount,bind,ro "$at" 2>/dev/null; done
        exec unshare --user --map-user=1654 --map-group=1654 "$0" "$@"
        """,
    ];

    private static readonly string Manifest = Regex.Match(Text("docs/kubernetes.md"), @"^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
    private static readonly string Image = Text("samples/HelloWorkers/Dockerfile");

    [Fact]
    public void Its_times_fit_into_one_another()
    {
        int drain = Seconds("DrainDelay");
        int die = Seconds("DieTimeout");
        (drain + die + Slack).Should().BeLessThanOrEqualTo(Number("terminationGracePeriodSeconds"), "else Kubernetes kills requests that had time left");
        string readiness = Probe("readinessProbe", "/ready");
        (Number("periodSeconds", readiness) * Number("failureThreshold", readiness)).Should().BeLessThan(drain, "the pod is known not to be ready before its listeners close");
        string liveness = Probe("livenessProbe", "/health");
        (Number("periodSeconds", liveness) * Number("failureThreshold", liveness)).Should().BeGreaterThan(10, "/health says no after 10 s, and may be right again at once");
        Seconds("RequestTimeout").Should().BeLessThan(die, "a request that is not hung ends in time");
        Probe("startupProbe", "/ready");
    }

    [Fact]
    public void Its_memory_is_enough_for_all_workers_at_their_limit()
    {
        int workers = int.Parse(Setting("ProcessCount"), CultureInfo.InvariantCulture);
        int share = int.Parse(Regex.Match(Setting("MaxMemory"), @"^(\d+)MiB$").Groups[1].Value, CultureInfo.InvariantCulture);
        int limit = int.Parse(Regex.Match(Manifest, @"limits: \{ memory: (\d+)Mi \}").Groups[1].Value, CultureInfo.InvariantCulture);

        ((workers + new ProcessManagerOptions().MaxSurge + 1) * share).Should().BeLessThanOrEqualTo(limit);
    }

    [Fact]
    public void The_image_needs_neither_root_nor_a_shell_nor_a_folder_to_write_to()
    {
        Regex.Matches(Image, "^FROM (.*)$", RegexOptions.Multiline).Select(static m => m.Groups[1].Value)
            .Should().Equal("mcr.microsoft.com/dotnet/sdk:10.0 AS build", "mcr.microsoft.com/dotnet/runtime:10.0");
        Image.Should().Contain("\nUSER $APP_UID\n").And.Contain("\nENTRYPOINT [\"./HelloWorkers\"]\n").And.Contain("\nEXPOSE 8080\n");
        Manifest.Should().Contain("runAsUser: 1654").And.Contain("runAsNonRoot: true").And.Contain("readOnlyRootFilesystem: true")
            .And.Contain("allowPrivilegeEscalation: false").And.Contain("drop: [ALL]").And.Contain("type: RuntimeDefault").And.Contain("containerPort: 8080");
        Manifest.Should().NotContain("preStop");
    }

    [Fact]
    public async Task The_sample_runs_with_these_settings_as_pid_1_as_an_ordinary_user_on_a_read_only_root()
    {
        Dictionary<string, string?> environment = Environment();
        environment["port"] = "0";
        environment["ProcessManager__Status__EndPoint"] = "0.0.0.0:0";
        environment["ProcessManager__Status__Token"] = "a-token-of-the-test";
        await using Managed managed = Managed.Launch(output, new Launch { Wrapper = Container, Program = Places.HelloWorkers, Environment = environment });
        await managed.Log.Find(@"manager \(pid 1\): this is pid 1: the manager runs as a child");
        await managed.Ready();
        int init = Native.Children(managed.StartedPid).Single();
        Native.ReadOrEmpty($"/proc/{init}/mountinfo").Should().MatchRegex(@"(?m)^\d+ \d+ \S+ \S+ / ro[, ]");
        string process = Native.ReadOrEmpty($"/proc/{Native.Children(Native.Children(init).Single())[0]}/status");
        process.Should().Contain("CapEff:\t0000000000000000");
        Native.ReadOrEmpty($"/proc/{init}/uid_map").Trim().Should().StartWith("1654");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("read-only", StringComparison.OrdinalIgnoreCase) || l.Contains("control socket", StringComparison.Ordinal));

        using StatusClient status = await StatusClient.Of(managed);
        (await status.Answer("/ready")).Should().Be((200, "ready\n"));
        (await status.Answer("/status.json")).Code.Should().Be(401);
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with SIGABRT(, core dumped)? \(Crashed\)");

        Native.Send(init, Native.Term);
        await managed.Log.Find($"told to stop: the pool serves on for {Seconds("DrainDelay")} s");
        (await status.Answer("/ready")).Code.Should().Be(503);
        (await status.Answer("/health")).Code.Should().Be(200);
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>As the container has it: of the image first, of the manifest after it.</summary>
    private static Dictionary<string, string?> Environment()
    {
        string ofImage = Regex.Match(Image, @"^ENV ((?:.*\\\n)*.*)$", RegexOptions.Multiline).Groups[1].Value;
        var environment = Regex.Matches(ofImage, @"(\w+)=(\S+)").ToDictionary(static m => m.Groups[1].Value, static m => (string?)m.Groups[2].Value);
        foreach (Match match in Regex.Matches(Manifest, @"- \{ name: (\w+__\w+), value: ""?([^""}]*?)""? \}"))
        {
            environment[match.Groups[1].Value] = match.Groups[2].Value;
        }

        environment.Should().ContainKeys("address", "ProcessManager__ControlSocket", "ProcessManager__DrainDelay", "ProcessManager__Status__AllowRemote");
        return environment;
    }

    private static string Setting(string option) => Environment()["ProcessManager__" + option]!;

    private static int Seconds(string option) => int.Parse(Regex.Match(Setting(option), @"^(\d+)s$").Groups[1].Value, CultureInfo.InvariantCulture);

    private static string Probe(string name, string path)
    {
        string probe = Regex.Match(Manifest, $@"^( +){name}:\n((?:\1 +.*\n)+)", RegexOptions.Multiline).Groups[2].Value;
        probe.Should().Contain($"path: {path}, port: status");
        return probe;
    }

    private static int Number(string key, string? of = null) => int.Parse(Regex.Match(of ?? Manifest, $@"\b{key}: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private static string Text(string page) => File.ReadAllText(Path.Combine(Places.RepositoryRoot, page)).ReplaceLineEndings("\n");
}
