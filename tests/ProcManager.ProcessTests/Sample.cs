using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class Sample(ITestOutputHelper output)
{
    private static readonly string Source = Path.Combine(Places.RepositoryRoot, "samples/HelloWorkers/Program.cs");

    [Fact]
    public async Task It_answers_its_paths_and_takes_the_switches()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Program = Places.HelloWorkers,
            Arguments = ["--port", "0", "--ProcessManager:ProcessCount=3", "--ProcessManager:DieTimeout=00:00:05", $"--ProcessManager:PidFile={folder.File("app.pid")}"],
        });
        await managed.Ready();
        managed.Workers.Should().HaveCount(3);
        File.ReadAllText(folder.File("app.pid")).Should().Be($"{managed.Pid}\n");
        Answer hello = await managed.Client.GetAnswer("/");
        hello.Body.Should().MatchRegex(@"^Hello from worker \d, pid \d+\n$");
        managed.Workers.Should().Contain(hello.Pid);
        (await managed.Client.GetAnswer("/pid")).Should().Match<Answer>(static a => a.Body == $"{a.Pid}\n");
        (await managed.Client.Get("/sleep?ms=20")).Should().Be("slept 20 ms\n");
        (await managed.Client.GetAnswer("/nothing")).Status.Should().Be("404 Not Found");
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.FindCount("is ready", 4);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task The_zoo_has_every_animal_it_promises()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Program = Places.WorkerZoo, Arguments = ["--port=0", "--ProcessManager:ProcessCount=1"] });
        await managed.Ready();
        (await managed.Client.Get("/leak?mb=3")).Should().Be("keeps 3 MiB\n");
        (await managed.Client.Get("/leak?mb=2")).Should().Be("keeps 5 MiB\n");
        (await managed.Client.Get("/garbage?mb=2")).Should().Be("dropped 2 MiB\n");
        (await managed.Client.Get("/spin?ms=10")).Should().Be("spun 10 ms\n");
        (await managed.Client.Get("/sleep?ms=10")).Should().Be("slept 10 ms\n");
        (await managed.Client.GetAnswer("/nothing")).Status.Should().Be("404 Not Found");
        await FluentActions.Awaiting(() => managed.Client.Get("/exit?code=7")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with exit code 7 \(Crashed\)");
        await managed.Log.FindCount("is ready", 2);
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
        await managed.Log.FindCount("is ready", 3);
        (await managed.Client.GetAnswer("/pid")).Should().Match<Answer>(static a => a.Body == $"{a.Pid}\n");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        await using Managed first = Managed.Launch(output, new Launch { Program = Places.HelloWorkers, Arguments = ["--port", "0", "--ProcessManager:ProcessCount=1"] });
        await first.Ready();
        string port = first.Client.EndPoint.ToString()!.Split(':')[1];
        await using Managed second = Managed.Launch(output, new Launch { Program = Places.HelloWorkers, Arguments = ["--port", port] });
        (await second.Exit()).Should().Be(1);
        second.Log.Lines.Should().ContainSingle().Which.Should().EndWith($"Listener 'http' cannot be bound to 127.0.0.1:{port}: Address already in use. The pool of the manager with pid {first.Pid} listens there; stop it (TERM), reload it (HUP), or choose another port.");
    }

    [Fact]
    public void It_is_short() => File.ReadLines(Source).Count().Should().BeLessThan(60);
}
