using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>A web server that sends more requests at once than the only worker takes, because it did not ask.</summary>
[Trait("Row", "A4.3")]
public class HaProxyOverload(HaProxyOverload.OneWorkerForTwo site, ITestOutputHelper output) : IClassFixture<HaProxyOverload.OneWorkerForTwo>
{
    public class OneWorkerForTwo : Site
    {
        protected override async Task<int> Start()
        {
            int port = Ports.Free();
            Keep(await FastCgiPrograms.OnSocket(this, FastCgiPrograms.TestApp, File("app.sock"), "--ProcessManager:ProcessCount=1", "--FastCgi:MaxConcurrentRequests=2", "--FastCgi:Multiplex=true"));
            await HaProxySite.StartHaProxy(this, port, Configuration.Of(
                "haproxy.cfg",
                ("/run/fastcgiapp", Folder),
                ("127.0.0.1:8080", $"127.0.0.1:{port}"),
                ("# http-reuse", "http-reuse"),
                ("no option keep-conn ", "# no option keep-conn"),
                ("# option keep-conn", "option keep-conn"),
                ("# option mpxs-conns", "option mpxs-conns"),
                ("# option max-reqs", "option max-reqs")));
            return port;
        }
    }

    [Fact]
    public async Task What_is_too_much_is_refused_or_waits_and_the_rest_goes_on()
    {
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
        string[] files = [site.File("one"), site.File("two")];
        Task<Reply>[] held = [.. files.Select(f => site.Http.Get($"/hold?file={f}"))];
        await Until.True(() => files.All(static f => File.Exists(f + ".begun")), "both slots are taken");

        // Over a connection that is there a request is refused (OVERLOADED); over a new one it waits until the worker takes that.
        Task<Reply>[] more = [.. Enumerable.Range(0, 6).Select(_ => site.Http.Get("/"))];
        foreach (string file in files)
        {
            await File.WriteAllTextAsync(file, "");
        }

        (await Task.WhenAll(held)).Should().OnlyContain(static r => r.Text == "held\n");
        foreach (Reply reply in await Task.WhenAll(more).WaitAsync(TimeSpan.FromSeconds(10)))
        {
            reply.Status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable);
        }

        (await site.Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
        output.WriteLine(site.Log);
    }
}
