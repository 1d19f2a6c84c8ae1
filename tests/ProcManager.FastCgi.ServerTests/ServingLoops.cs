using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>The loop that the library runs itself, and the section FastCgi at a reload.</summary>
[Trait("Row", "A4.1")]
public sealed class ServingLoops(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_request_that_fails_is_500_and_told_and_the_worker_goes_on(int atOnce)
    {
        await using Managed app = await Start($"--FastCgi:MaxConcurrentRequests={atOnce}");
        int worker = Native.Children(app.Pid).Single();
        (await Ask("/fail")).Should().StartWith("Status: 500 ");
        (await Ask("/fail")).Should().StartWith("Status: 500 ");
        await app.Log.FindCount("fastcgi: a request has failed; the worker goes on.*this handler fails", 2);
        (await Ask("/warmed")).Should().EndWith("warmed 0");
        Native.Children(app.Pid).Should().Equal(worker);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task The_loop_ends_when_its_last_request_has_ended(int atOnce)
    {
        await using Managed app = await Start($"--FastCgi:MaxConcurrentRequests={atOnce}");
        Task<string> under = Ask("/hold", $"file={_folder.File("h")}");
        await Until.True(() => File.Exists(_folder.File("h.begun")), "a request is under way");
        app.Signal(Native.Term);
        await app.Log.Find("stopping: ");
        app.Log.Lines.Should().NotContain("the loop has ended");
        File.WriteAllText(_folder.File("h"), "");
        (await app.Exit()).Should().Be(0);
        app.Log.Lines.Should().Contain("the loop has ended");
        await under;
    }

    [Fact]
    public async Task A_reload_reads_the_section_again_names_what_takes_a_restart_and_refuses_what_is_wrong()
    {
        Write("\"Listen\": \"unix:app.sock\", \"KeepAliveTimeout\": \"75s\"");
        await using Managed app = Launch(["--loop=serve", "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=0"]);
        await app.Serving();

        Write("\"Listen\": \"unix:other.sock\", \"KeepAliveTimeout\": \"10s\", \"MaxBodySize\": \"1MiB\"");
        app.Signal(Native.Hup);
        await app.Log.Find(@"the configuration has changed: FastCgi:MaxBodySize from 134217728 to 1048576, FastCgi:KeepAliveTimeout from 1m15s to 10s$");
        await app.Log.Find(@"takes a restart of the manager: FastCgi:SocketPath from app\.sock to other\.sock$");
        await app.Log.Find("reload to generation 2 succeeded");
        (await Ask("/warmed")).Should().EndWith("warmed 0");

        Write("\"Listen\": \"unix:app.sock\", \"KeepAlive\": \"10s\"");
        app.Signal(Native.Hup);
        await app.Log.Find("the reload is refused, and the workers go on as they are: FastCgi:KeepAlive is '10s', which is not an option");
    }

    [Fact]
    public async Task A_reload_reads_the_configuration_of_the_release_to_which_the_link_leads_now()
    {
        foreach (string release in new[] { "1", "2" })
        {
            Directory.CreateDirectory(_folder.File(release));
            File.WriteAllText(Path.Combine(_folder.File(release), "appsettings.json"), $$"""{ "ProcessManager": { "ProcessCount": {{release}}, "CanaryTime": "0" } }""");
        }

        string current = _folder.File("current");
        File.CreateSymbolicLink(current, "1");
        await using Managed app = Managed.Launch(output, new Launch
        {
            Program = FastCgiPrograms.TestApp,
            Folder = current,
            Arguments = ["--loop=serve", $"--FastCgi:Listen={_folder.File("app.sock")}", $"--ProcessManager:WorkingDirectory={current}"],
        });
        await app.Serving();
        File.Delete(current);
        File.CreateSymbolicLink(current, "2");
        app.Signal(Native.Hup);
        await app.Log.Find("the configuration has changed: ProcessManager:ProcessCount from 1 to 2$");
        await app.Log.Find("reload to generation 2 succeeded");
        Native.Children(app.Pid).Should().HaveCount(2);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string options) => File.WriteAllText(_folder.File("appsettings.json"), $$"""{ "FastCgi": { {{options}} } }""");

    private Task<Managed> Start(params string[] switches) =>
        FastCgiPrograms.OnSocket(output, FastCgiPrograms.TestApp, _folder.File("app.sock"), ["--loop=serve", "--ProcessManager:ProcessCount=1", .. switches]);

    private Managed Launch(string[] arguments) => Managed.Launch(output, new Launch { Program = FastCgiPrograms.TestApp, Folder = _folder.Path, Arguments = arguments });

    private async Task<string> Ask(string path, string query = "")
    {
        await using Managed client = Managed.Launch(output, new Launch
        {
            Program = "cgi-fcgi",
            Arguments = ["-bind", "-connect", _folder.File("app.sock")],
            Environment = new() { ["REQUEST_METHOD"] = "GET", ["SCRIPT_NAME"] = path, ["QUERY_STRING"] = query, ["SERVER_PROTOCOL"] = "HTTP/1.1" },
        });
        await client.Exit();
        return string.Join('\n', client.Log.Lines).TrimEnd();
    }
}
