using System.Net;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>What one worker has signed another one can read, also after a reload, a restart, and a release in another folder.</summary>
[Trait("Row", "A4.3")]
public sealed class Keys(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Without_a_home_what_was_signed_is_read_after_a_reload()
    {
        await using Managed app = await Start(Nowhere());
        (string text, int pid) = Sign();

        await Reload(app);

        (string read, int other) = Read(text);
        read.Should().Be("signed");
        other.Should().NotBe(pid);
    }

    /// <summary>With DynamicUser=yes systemd gives a link of root's to the folder.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_a_state_folder_what_was_signed_is_read_after_a_restart_in_another_folder(bool link)
    {
        string state = Directory.CreateDirectory(_folder.File("state"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        if (link && Environment.IsPrivilegedProcess)
        {
            state = Directory.CreateSymbolicLink(_folder.File("link"), state).FullName;
        }

        string text;
        await using (await Start(Nowhere(state), Directory.CreateDirectory(_folder.File("releases/41")).FullName))
        {
            text = Sign().Text;
        }

        await using Managed next = await Start(Nowhere(state), Directory.CreateDirectory(_folder.File("releases/42")).FullName);

        Read(text).Text.Should().Be("signed");
        Directory.GetFiles(state, "key-*.xml", SearchOption.AllDirectories).Should().ContainSingle("one key for all");
        File.GetUnixFileMode(Path.Combine(state, "data-protection-keys")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task With_a_home_workers_that_start_at_the_same_moment_make_one_key()
    {
        string home = Directory.CreateDirectory(_folder.File("home")).FullName;
        await using Managed app = await Start(new() { ["HOME"] = home, ["STATE_DIRECTORY"] = null, ["XDG_STATE_HOME"] = null });

        Read(Sign().Text).Text.Should().Be("signed");

        Directory.GetFiles(home, "key-*.xml", SearchOption.AllDirectories).Should().ContainSingle();
    }

    [Fact]
    public async Task A_folder_that_others_can_change_is_not_taken()
    {
        string state = Directory.CreateDirectory(_folder.File("open")).FullName;
        File.SetUnixFileMode(state, (UnixFileMode)0b111_111_111);
        await using Managed app = await Start(Nowhere(state));

        Read(Sign().Text).Text.Should().Be("signed");

        Directory.GetFileSystemEntries(state).Should().BeEmpty();
    }

    /// <summary>Workers of another user cannot read what is root's, and root makes nothing in a home folder of theirs. Only root can start such workers.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Workers_of_another_user_have_a_folder_of_their_own(bool canReachState)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_folder.Path, All);
        string program = Directory.CreateDirectory(_folder.File("program"), All).FullName;
        System.Diagnostics.Process.Start("cp", ["-r", Path.GetDirectoryName(WebPrograms.TestApp) + "/.", program]).WaitForExit();
        System.Diagnostics.Process.Start("chmod", ["-R", "a+rX", program]).WaitForExit();
        string state = Directory.CreateDirectory(_folder.File("state"), canReachState ? All : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        for (int start = 1; start <= 2; start++)
        {
            await using Managed app = Managed.Launch(output, new Launch
            {
                Program = Path.Combine(program, Path.GetFileName(WebPrograms.TestApp)),
                Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), "--keys", "yes", "--ProcessManager:ProcessCount=2", "--ProcessManager:User=nobody"]),
                Environment = new(Nowhere(state)) { ["HOME"] = _folder.Path },
                Folder = program,
            });
            await app.Serving();
            Read(Sign().Text).Text.Should().Be("signed");
            Directory.GetFiles(state, "key-*.xml", SearchOption.AllDirectories).Should().HaveCount(canReachState ? 1 : 0);
            Directory.Exists(_folder.File(".aspnet")).Should().BeFalse();
        }
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, string?> Nowhere(string? state = null) => new() { ["HOME"] = "/proc/nobody", ["LOCALAPPDATA"] = null, ["XDG_STATE_HOME"] = null, ["STATE_DIRECTORY"] = state };

    private async Task<Managed> Start(Dictionary<string, string?> environment, string? folder = null)
    {
        Managed app = Managed.Launch(output, new Launch
        {
            Program = WebPrograms.TestApp,
            Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), "--keys", "yes", "--ProcessManager:ProcessCount=4", "--ProcessManager:CanaryTime=00:00:00.050"]),
            Environment = environment,
            Folder = folder,
        });
        await app.Serving();
        return app;
    }

    private static async Task Reload(Managed app)
    {
        app.Signal(Native.Hup);
        await app.Log.Find("reload to generation .* succeeded", seconds: 60);
    }

    private (string Text, int Pid) Sign() => Ask("/sign");

    private (string Text, int Pid) Read(string text) => Ask("/read", ("QUERY_STRING", "text=" + WebUtility.UrlEncode(text)));

    private (string Text, int Pid) Ask(string path, params (string, string)[] parameters)
    {
        string answer = RawWebServer.Ask(_folder.File("app.sock"), [("SCRIPT_NAME", path), .. parameters]);
        answer.Should().StartWith("Status: 200 ");
        return (answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], int.Parse(Regex.Match(answer, @"X-Pid: (\d+)").Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
    }
}
