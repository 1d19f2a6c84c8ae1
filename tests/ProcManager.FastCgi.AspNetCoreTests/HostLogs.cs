using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>What the library says in a worker stands in the application's log.</summary>
[Trait("Row", "A1.13")]
public class HostLogs(WebSiteOneWorker site, ITestOutputHelper output) : IClassFixture<WebSiteOneWorker>, IDisposable
{
    [Fact]
    public async Task With_its_category_and_its_number()
    {
        int pid = Native.Children(site.App.Pid).Should().ContainSingle().Subject;
        using (var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stranger.Connect(new UnixDomainSocketEndPoint(site.File("app.sock")));
            stranger.Send("GET / HTTP/1.0\r\n\r\n"u8);
            await site.App.Log.Find(@"^warn: ProcManager\.FastCgi\[600\] fastcgi: ");
        }

        Native.TrySend(pid, Native.Term);
        await site.App.Log.Find(@"^info: ProcManager\[501\] safe exit after SIGTERM");
        await site.App.Log.Find($@"\(pid {pid}\) ended with exit code 0");
        site.App.Log.Lines.Should().NotContain(l => Regex.IsMatch(l, $@": worker \d+ \(pid {pid}\): "), "the worker itself has written nothing to standard error");
    }

    public void Dispose() => output.WriteLine(site.Log);
}
