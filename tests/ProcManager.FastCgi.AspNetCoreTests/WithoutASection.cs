using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>An application whose configuration has no section FastCgi, as on a developer's machine.</summary>
[Trait("Row", "A4.3")]
public sealed class WithoutASection(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Kestrel_serves_it_in_one_process_and_a_line_says_so()
    {
        await using Managed app = Launch(["--urls=http://127.0.0.1:0"], []);
        string address = (await app.Log.Find(@"Now listening on: http://(\S+)")).Groups[1].Value;
        await app.Log.Find("there is no section FastCgi in the configuration.*Kestrel serves, in one process without a manager.*FastCgi:Listen");
        app.Unheard(address);
        using var http = new HttpClient();
        using HttpResponseMessage hello = await http.GetAsync($"http://{address}/");
        hello.Headers.GetValues("X-Pid").Should().Equal($"{app.StartedPid}");
        (await http.GetStringAsync($"http://{address}/injected")).Should().Be("Unmanaged -1, 0 slots\n");
        Native.Children(app.StartedPid).Should().BeEmpty();
        app.Signal(Native.Term);
        (await app.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task With_an_address_in_the_configurations_file_it_is_a_pool()
    {
        File.WriteAllText(_folder.File("appsettings.json"), $$"""{ "FastCgi": { "Listen": { "Address": "unix:{{_folder.File("app.sock")}}", "Mode": "0606" } }, "ProcessManager": { "ProcessCount": 2 } }""");
        await using Managed app = Launch([], []);
        await app.Serving();
        Native.Children(app.Pid).Should().HaveCount(2);
        File.GetUnixFileMode(_folder.File("app.sock")).Should().Be((UnixFileMode)0b110_000_110);
    }

    [Fact]
    public async Task A_socket_lets_its_owner_and_its_group_connect()
    {
        await using Managed app = Launch([$"--FastCgi:Listen=unix:{_folder.File("app.sock")}", "--ProcessManager:ProcessCount=1"], []);
        await app.Serving();
        File.GetUnixFileMode(_folder.File("app.sock")).Should().Be((UnixFileMode)0b110_110_000);
    }

    [Theory]
    [InlineData("", "", "base")]
    [InlineData("ASPNETCORE_ENVIRONMENT=Development", "", "development")]
    [InlineData("DOTNET_ENVIRONMENT=Development ASPNETCORE_ENVIRONMENT=Staging", "", "development")]
    [InlineData("", "--environment=Development", "development")]
    [InlineData("Colour=blue", "", "blue")]
    [InlineData("DOTNET_Colour=blue", "", "base")]
    [InlineData("ASPNETCORE_Odd=1 DOTNET_Odd=2", "", "base")]
    [InlineData("Colour=blue", "--Colour=green", "green")]
    public async Task Its_configuration_is_what_the_host_reads(string environment, string argument, string colour)
    {
        File.WriteAllText(_folder.File("appsettings.json"), """{ "Colour": "base", /* a comment */ "Deep": { "Er": [1, 2] } }""");
        File.WriteAllText(_folder.File("appsettings.Development.json"), """{ "Colour": "development" }""");
        await using Managed app = Launch([.. argument.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--print-configuration=yes"], environment.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        (await app.Exit()).Should().Be(0);
        app.Log.Lines.Should().Equal($"colour {colour}, secret ");
    }

    [Theory]
    [InlineData("{ \"Colour\": ", "line 1")]
    [InlineData("[1]", "appsettings.json")]
    public async Task A_file_that_cannot_be_read_is_one_line_with_the_file_and_exit_code_78(string text, string message)
    {
        File.WriteAllText(_folder.File("appsettings.json"), text);
        await using Managed app = Launch([], []);
        (await app.Exit()).Should().Be(78);
        app.Log.Lines.Should().ContainSingle().Which.Should().Contain(_folder.File("appsettings.json")).And.Contain(message);
    }

    public void Dispose() => _folder.Dispose();

    private Managed Launch(string[] arguments, string[] environment) => Managed.Launch(output, new Launch
    {
        Program = WebPrograms.TestApp,
        Folder = _folder.Path,
        Arguments = arguments,
        Environment = environment.Select(static e => e.Split('=')).ToDictionary(static e => e[0], static e => (string?)e[1]),
    });
}
