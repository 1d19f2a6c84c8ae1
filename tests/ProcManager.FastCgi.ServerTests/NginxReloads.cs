using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>nginx goes on answering while the workers behind it come and go.</summary>
[Trait("Row", "A4.2")]
[Trait("Row", "A4.3")]
public abstract class NginxReloads(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    protected virtual int Reloads => Volume.Of(nativeAot: 10, coreClr: 3);

    [Fact]
    public async Task Reloads_and_twice_as_many_TERMs_lose_no_request_on_new_and_on_kept_connections()
    {
        var fresh = new HttpLoad("new connections", site.Http);
        var kept = new HttpLoad("kept connections", site.KeptDirectly);
        bool IsEnough() => fresh.Answered > 500 && kept.Answered > 500; // of requests that may meet a reload, however fast the machine is
        for (int i = 1; i <= Reloads || (!IsEnough() && i <= 10 * Reloads); i++)
        {
            for (int k = 0; k < 2; k++)
            {
                IReadOnlyList<int> workers = Native.Children(site.App.Pid);
                int victim = workers[k % workers.Count];
                Native.TrySend(victim, Native.Term);
                await site.App.Log.Find($@"\(pid {victim}\) ended");
            }

            site.App.Signal(Native.Hup);
            await site.App.Log.Find($"reload to generation {i + 1} succeeded", seconds: 60);
        }

        await fresh.End();
        await kept.End();
        fresh.Answered.Should().BeGreaterThan(500);
        kept.Answered.Should().BeGreaterThan(500);
    }

    [Fact]
    public async Task A_crash_under_load_loses_what_was_in_that_worker_only()
    {
        var load = new HttpLoad("new connections", site.Http);
        for (int i = 0; i < 3; i++)
        {
            site.ExpectedCrashes++;
            ((int)(await site.Http.Get("/crash")).Status).Should().Be(502);
        }

        await load.End(lost: 3 * LostWithACrash);
    }

    /// <summary>Other requests that were in the worker.</summary>
    protected virtual int LostWithACrash => 0;

    [Fact]
    public async Task A_worker_without_a_request_leaves_at_once_on_TERM()
    {
        int pid = (await site.Http.Get("/")).Pid;
        Native.Send(pid, Native.Term);
        await site.App.Log.Find($@"\(pid {pid}\) ended with exit code 0", seconds: 5);
        (await site.Http.Get("/")).Pid.Should().NotBe(pid);
    }

    [Fact]
    public async Task A_worker_with_a_request_answers_it_first()
    {
        string file = site.File("held");
        Task<Reply> reply = site.Http.Get($"/hold?file={file}");
        await Until.True(() => File.Exists(file + ".begun"), "the request has begun");
        foreach (int worker in Native.Children(site.App.Pid))
        {
            Native.TrySend(worker, Native.Term);
        }

        (await site.Http.Get("/")).Body.Should().HaveCount(100);
        reply.IsCompleted.Should().BeFalse();
        await File.WriteAllTextAsync(file, "");
        Reply held = await reply;
        held.Text.Should().Be("held\n");
        await site.App.Log.Find($@"\(pid {held.Pid}\) ended with exit code 0");
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxReloadsOfTheAsyncLoop(NginxScenarios site, ITestOutputHelper output) : NginxReloads(site, output), IClassFixture<NginxScenarios>;

public class NginxReloadsOfTheBlockingLoop(NginxReloadsOfTheBlockingLoop.Blocking site, ITestOutputHelper output)
    : NginxReloads(site, output), IClassFixture<NginxReloadsOfTheBlockingLoop.Blocking>
{
    public class Blocking : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, "--loop=sync"];
    }

    protected override int Reloads => 3; // the same engine, seen through another door
}

public class NginxReloadsOfManyAtOnce(NginxManyAtOnce site, ITestOutputHelper output) : NginxReloads(site, output), IClassFixture<NginxManyAtOnce>
{
    protected override int LostWithACrash => 4; // as many clients as there are
}
