using System.Net;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>Workers come and go; requests do not notice, and the host inside notices in good time.</summary>
[Trait("Row", "A4.2")]
[Trait("Row", "A4.3")]
public abstract class Leaving(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task Reloads_under_load_lose_no_request()
    {
        var fresh = new HttpLoad("new connections", site.Http);
        var kept = new HttpLoad("kept connections", site.Kept, 2);
        for (int i = 1; i <= 2; i++)
        {
            int from = site.App.Log.Count;
            site.App.Signal(Native.Hup);
            await site.App.Log.Find("reload to generation .* succeeded", from, seconds: 60);
        }

        await fresh.End();
        await kept.End();
        (fresh.Answered + kept.Answered).Should().BeGreaterThan(500);
        site.App.Log.Lines.Should().NotContain(static l => l.Contains("Press Ctrl+C", StringComparison.Ordinal), "the manager hears the signals")
            .And.NotContain(static l => l.Contains("Now listening on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_TERM_while_a_request_is_under_way_stops_the_host_after_it()
    {
        string file = site.File($"held-{Guid.NewGuid():N}");
        Task<Reply> reply = site.Http.Get($"/hold?file={file}");
        await Until.True(() => File.Exists(file + ".begun"), "the request has begun");
        string pid = await File.ReadAllTextAsync(file + ".begun");
        int from = site.App.Log.Count;
        foreach (int worker in Native.Children(site.App.Pid))
        {
            Native.TrySend(worker, Native.Term);
        }

        await site.App.Log.Find($"^host {pid} stopping", from); // ApplicationStopping, at once
        (await site.Http.Get("/")).Body.Should().HaveCount(100, "another worker has come");
        reply.IsCompleted.Should().BeFalse();
        await File.WriteAllTextAsync(file, "");
        Reply held = await reply;
        held.Text.Should().Be("held\n");
        await site.App.Log.Find($"^host {held.Pid} returned", from);
        await site.App.Log.Find($@"\(pid {held.Pid}\) ended with exit code 0", from);
        string[] lines = [.. site.App.Log.Lines.Skip(from).Where(l => l.StartsWith($"host {held.Pid} ", StringComparison.Ordinal))];
        lines.Should().Equal($"host {held.Pid} stopping", $"host {held.Pid} stopped", $"host {held.Pid} returned");
    }

    [Fact]
    public async Task An_endless_answer_ends_with_the_host()
    {
        string file = site.File($"events-{Guid.NewGuid():N}");
        using RawConnection events = await site.Unbuffered.Open($"GET /events?file={file} HTTP/1.1\nHost: {{host}}\nConnection: close\n\n");
        (await events.Read("data: begun")).Should().Contain("data: begun");
        site.App.Signal(Native.Hup);
        (await events.Read()).Should().Contain("data: over");
        await site.App.Log.Find("reload to generation .* succeeded", seconds: 60);
    }

    [Fact]
    public async Task An_application_that_stops_its_host_is_replaced_and_no_crash_is_counted()
    {
        int from = site.App.Log.Count;
        Reply reply = await site.Http.Get("/stop");
        reply.Text.Should().Be("stopping\n");
        await site.App.Log.Find($@"\(pid {reply.Pid}\) ended with exit code 0", from);
        await site.App.Log.Find(@"safe exit after the host's request", from);
        (await site.Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
        site.App.Log.Lines.Skip(from).Should().NotContain(static l => l.Contains("crash", StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class LeavingOfManyAtOnce(WebSite site, ITestOutputHelper output) : Leaving(site, output), IClassFixture<WebSite>;

public class LeavingOneByOne(LeavingOneByOne.Three site, ITestOutputHelper output) : Leaving(site, output), IClassFixture<LeavingOneByOne.Three>
{
    public class Three : WebSiteOneByOne
    {
        protected override string[] Switches => [.. base.Switches, "--ProcessManager:ProcessCount=3"];
    }
}
