using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>Clients that go away in the middle: RequestAborted fires, and the one worker goes on.</summary>
[Trait("Row", "A4.3")]
public abstract class ClientsGone(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task While_the_application_waits_it_is_told()
    {
        string file = site.File("hold");
        int pid = (await site.Http.Get("/")).Pid;
        using (await site.Http.Open($"GET /hold?file={file} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await Appears(file + ".begun");
        }

        await Appears(file + ".aborted");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
        site.App.Log.Lines.Should().NotContain(static l => l.Contains("the application threw", StringComparison.Ordinal), "that nobody waits is no error");
    }

    [Fact]
    public async Task A_callback_that_throws_then_costs_the_worker_nothing()
    {
        string file = site.File("callback");
        int pid = (await site.Http.Get("/")).Pid;
        using (await site.Http.Open($"GET /callback?file={file} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await Appears(file + ".begun");
        }

        await site.App.Log.Find("a callback on RequestAborted threw");
        await File.WriteAllTextAsync(file, "");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    [Fact]
    public async Task In_the_middle_of_a_body_reading_it_fails()
    {
        string file = site.File("read");
        int pid = (await site.Http.Get("/")).Pid;
        using (RawConnection connection = await site.Unbuffered.Open($"POST /read?file={file} HTTP/1.1\nHost: {{host}}\nContent-Length: 1000000\n\n"))
        {
            await connection.Write(new byte[10_000]);
            await Appears(file + ".begun");
        }

        await Appears(file + ".failed");
        File.Exists(file + ".done").Should().BeFalse("a part is not the body");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    [Fact]
    public async Task In_the_middle_of_an_answer_writing_it_ends()
    {
        string file = site.File("endless");
        int pid = (await site.Http.Get("/")).Pid;
        using (RawConnection connection = await site.Unbuffered.Open($"GET /endless?file={file} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await connection.Read("\r\n\r\n");
        }

        await Appears(file + ".gone");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    private static Task Appears(string file) => Until.True(() => File.Exists(file), $"{Path.GetFileName(file)} is there");

    public void Dispose() => output.WriteLine(site.Log);
}

public class ClientsGoneOfManyAtOnce(WebSiteOneWorker site, ITestOutputHelper output) : ClientsGone(site, output), IClassFixture<WebSiteOneWorker>
{
    [Fact]
    public async Task One_worker_serves_many_at_once()
    {
        string file = site.File("many");
        Task<Reply>[] held = [.. Enumerable.Range(0, 20).Select(_ => site.Http.Get($"/hold?file={file}"))];
        await Until.True(() => File.Exists(file + ".begun"), "they have begun");
        Reply other = await site.Http.Get("/");
        Array.TrueForAll(held, static h => !h.IsCompleted).Should().BeTrue();
        await File.WriteAllTextAsync(file, "");
        (await Task.WhenAll(held)).Should().OnlyContain(r => r.Text == "held\n" && r.Pid == other.Pid);
    }
}

public class ClientsGoneOneByOne(ClientsGoneOneByOne.OneWorker site, ITestOutputHelper output) : ClientsGone(site, output), IClassFixture<ClientsGoneOneByOne.OneWorker>
{
    public class OneWorker : WebSiteOneByOne
    {
        protected override string[] Switches => [.. base.Switches, "--ProcessManager:ProcessCount=1"];
    }
}
