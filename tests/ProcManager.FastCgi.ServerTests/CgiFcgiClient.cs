using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>cgi-fcgi of libfcgi: a CGI program that passes its own request on, and that can start ours on descriptor 0.</summary>
[Trait("Row", "A4.1")]
public class CgiFcgiClient(ITestOutputHelper output)
{
    [Fact]
    public async Task It_gets_an_answer_over_a_unix_socket()
    {
        using var folder = new TempFolder();
        await using Managed app = await FastCgiPrograms.OnSocket(output, FastCgiPrograms.Sample, folder.File("app.sock"), "--ProcessManager:ProcessCount=1");
        (await Ask(folder.File("app.sock"), "/")).Should().MatchRegex("(?s)X-Pid: .*\n\r?\nHello from pid ");
        (await Ask(folder.File("app.sock"), "/env")).Should().Contain("SCRIPT_NAME=/env");
        (await Ask(folder.File("app.sock"), "/no/such")).Should().Contain("Status: 404");
    }

    [Fact]
    public async Task It_gets_an_answer_over_TCP()
    {
        await using Managed app = await FastCgiPrograms.Start(output, FastCgiPrograms.Sample, [], "--port", "0", "--ProcessManager:ProcessCount=1");
        string address = (await app.Log.Find("^listening (.*)$")).Groups[1].Value;
        (await Ask(address, "/")).Should().Contain("X-Pid: ");
    }

    [Fact]
    public async Task It_can_start_the_program_with_the_socket_as_descriptor_0()
    {
        using var folder = new TempFolder();
        string socket = folder.File("started.sock");
        await using Managed starter = Managed.Launch(output, new Launch { Program = "cgi-fcgi", Arguments = ["-start", "-connect", socket, FastCgiPrograms.Sample, "1"] });
        (await starter.Exit()).Should().Be(0);

        // The socket was there before the program was: whoever connects early waits for its first worker.
        string answer = await Ask(socket, "/");
        int worker = int.Parse(Regex.Match(answer, @"X-Pid: (\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        string stat = Native.ReadOrEmpty($"/proc/{worker}/stat");
        int manager = int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        Native.Send(manager, Native.Term);
        await starter.NobodyLeft();
    }

    [Theory]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.0.2.1,127.0.0.1", true)]
    [InlineData("127.0.0.1", true)]
    public async Task Only_the_web_servers_named_in_the_environment_are_answered(string addresses, bool answered)
    {
        await using Managed app = await FastCgiPrograms.Start(output, FastCgiPrograms.Sample, new() { ["FCGI_WEB_SERVER_ADDRS"] = addresses }, "--port", "0", "--ProcessManager:ProcessCount=1");
        string address = (await app.Log.Find("^listening (.*)$")).Groups[1].Value;
        (await Ask(address, "/")).Contains("X-Pid: ", StringComparison.Ordinal).Should().Be(answered);
    }

    private async Task<string> Ask(string address, string path)
    {
        await using Managed client = Managed.Launch(output, new Launch
        {
            Program = "cgi-fcgi",
            Arguments = ["-bind", "-connect", address],
            Environment = new() { ["REQUEST_METHOD"] = "GET", ["SCRIPT_NAME"] = path, ["QUERY_STRING"] = "", ["SERVER_PROTOCOL"] = "HTTP/1.1" },
        });
        await client.Exit();
        return string.Join('\n', client.Log.Lines);
    }
}
