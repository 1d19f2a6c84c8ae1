using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class HelloWorkersSample(ITestOutputHelper output)
{
    private static readonly string Source = Path.Combine(Places.RepositoryRoot, "samples/HelloWorkers/Program.cs");

    [Fact]
    public async Task It_answers_its_paths_and_prints_the_port_it_was_given()
    {
        await using Managed managed = Start("--port", "0", "--ProcessManager:ProcessCount=2");
        await managed.Ready();
        Answer hello = await managed.Client.GetAnswer("/");
        hello.Body.Should().MatchRegex($@"^Hello from worker [01], pid {hello.Pid}\n$");
        hello.Close.Should().BeTrue();
        managed.Workers.Should().Contain(hello.Pid);
        Answer pid = await managed.Client.GetAnswer("/pid");
        pid.Body.Should().Be($"{pid.Pid}\n");
        (await managed.Client.Get("/sleep?ms=20")).Should().Be("slept 20 ms\n");
        Answer wrong = await managed.Client.GetAnswer("/sleep?ms=soon");
        wrong.Status.Should().Be("404 Not Found");
        wrong.Body.Should().Be("Paths: / /pid /sleep?ms=N /crash\n");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_crash_is_reported_and_the_worker_replaced()
    {
        await using Managed managed = Start("--port", "0", "--ProcessManager:ProcessCount=2");
        await managed.Ready();
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"worker [01] \(pid \d+\) ended with SIGABRT.* \(Crashed\)");
        await managed.Log.FindCount("is ready$", 3);
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_switches_set_count_die_time_out_and_pid_file()
    {
        using var folder = new TempFolder();
        await using Managed managed = Start(
            "--port", "0", "--ProcessManager:ProcessCount=8", "--ProcessManager:DieTimeout=00:00:01", $"--ProcessManager:PidFile={folder.File("app.pid")}");
        await managed.Ready();
        managed.Workers.Should().HaveCount(8);
        File.ReadAllText(folder.File("app.pid")).Should().Be($"{managed.Pid}\n");
        Native.Send(managed.Workers[0], Native.Stop); // it cannot leave
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        managed.Count(@"is killed \(DieTimeout\): .* after 00:00:01").Should().Be(1);
        File.Exists(folder.File("app.pid")).Should().BeFalse();
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        await using Managed first = Start("--port", "0", "--ProcessManager:ProcessCount=1");
        await first.Ready();
        string port = first.Client.EndPoint.ToString()!.Split(':')[1];
        await using Managed second = Start("--port", port);
        (await second.Exit()).Should().Be(1);
        second.Log.Lines.Should().ContainSingle().Which.Should().Be(
            $"Listener 'http' cannot be bound to 127.0.0.1:{port}: Address already in use. Another program listens there; stop it, or choose another port.");
    }

    [Fact]
    public void It_is_under_60_lines_and_stands_in_the_README_word_for_word()
    {
        string[] lines = File.ReadAllLines(Source);
        lines.Length.Should().BeLessThan(60);
        string[] readme = File.ReadAllLines(Path.Combine(Places.RepositoryRoot, "README.md"));
        int at = Array.IndexOf(readme, "<!-- samples/HelloWorkers/Program.cs -->");
        if (at >= 0)
        {
            readme[at + 1].Should().Be("```csharp");
            readme.Skip(at + 2).TakeWhile(static l => l != "```").Should().Equal(lines);
        }
    }

    private Managed Start(params string[] switches) => Managed.Launch(output, new Launch { Program = Places.HelloWorkers, Arguments = switches });
}
