using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ProcManager.Services.Keeping;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>A keeper that has the folder is never taken for none: without a control socket, behind a link, and while it ends.</summary>
[Trait("Row", "E7")]
public sealed class KeepersOutOfReach(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task A_keeper_whose_socket_was_removed_is_named_with_its_pid()
    {
        _keep.Define(_keep.Detached("a"));
        (Process keeper, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        (await _keep.Ask("status")).Code.Should().Be(0, "the socket is there");
        File.Delete(_keep.Folder + "/keeper.sock");
        foreach (string command in (string[])["status", "stop", "reload"])
        {
            (int code, string said, string error) = await _keep.Ask(command);
            (code, said).Should().Be((2, ""));
            error.Should().Be($"procman: a keeper (pid {keeper.Id}) has the folder {_keep.Folder}, but no control socket: it begins, ends, or could make none, as its log says. Ask again, or send it a signal: TERM ends it, HUP makes it read its file again.\n");
        }
    }

    [Fact]
    public async Task A_folder_whose_path_is_too_long_for_a_socket_is_told_by_the_check_and_at_the_start()
    {
        _keep.Define(_keep.Detached("a"));
        string folder = _keep.Path(new string('f', 100));
        string hint = $"{_keep.File}: hint: the keeper gets no control socket, so 'procman keep status' and the like do not work: the path '{folder}/keeper.sock' is longer than 107 bytes; give the keeper a folder with a shorter path";
        (int code, _, string error) = await _keep.Run("--check", _keep.File, "--folder", folder);
        code.Should().Be(0);
        error.Split('\n').Should().Contain(hint);
        (Process keeper, LineLog log) = _keep.Begin(_keep.File, "--folder", folder, "--log-file", _keep.Path("log"));
        await log.Find("longer than 107 bytes");
        await Until.True(() => File.Exists(_keep.Path("log")) && File.ReadAllText(_keep.Path("log")).Contains("keeping 1 service", StringComparison.Ordinal), "the keeper runs");
        (await _keep.Run("status", "--folder", folder)).Error.Should().StartWith($"procman: a keeper (pid {keeper.Id}) has the folder {folder}, but no control socket");
    }

    [Fact]
    public async Task A_keeper_that_can_make_no_socket_says_so_where_it_was_started()
    {
        _keep.Define(_keep.Detached("a"));
        Directory.CreateDirectory(_keep.Folder + "/keeper.sock");
        (Process keeper, LineLog log) = _keep.Begin(_keep.File, "--log-file", _keep.Path("log"));
        await log.Find($"hint: the keeper gets no control socket, .*: '{_keep.Folder}/keeper.sock' is there and is no socket; remove it$");
        await Until.True(() => File.Exists(_keep.Path("log")) && File.ReadAllText(_keep.Path("log")).Contains("there is no control socket", StringComparison.Ordinal), "the keeper runs");
        (await _keep.Ask("status")).Error.Should().StartWith($"procman: a keeper (pid {keeper.Id}) has the folder {_keep.Folder}, but no control socket");
    }

    [Fact]
    public async Task A_stop_through_a_link_waits_until_the_next_keeper_may_have_the_folder()
    {
        string folder = KeeperFolder.Prepare(_keep.Folder).Path, link = _keep.Path("link");
        File.CreateSymbolicLink(link, folder);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder + "/keeper.sock"));
        listener.Listen();
        using var held = KeeperLock.Take(KeeperFolder.At(folder));
        Task<(int Code, string Out, string Error)> stop = _keep.Run("stop", "--folder", link);
        (await listener.AcceptAsync()).Dispose(); // it is looked whether there is a keeper
        using (Socket client = await listener.AcceptAsync())
        {
            await client.SendAsync(Encoding.UTF8.GetBytes($$"""{"procmanager":1,"keeper":"{{folder}}","pid":{{Environment.ProcessId}}}""" + "\n"));
            (await client.ReceiveAsync(new byte[100])).Should().BePositive("it is told to stop");
            await client.SendAsync(Encoding.UTF8.GetBytes("""{"ok":true}""" + "\n"));
        }

        listener.Dispose();
        (await _keep.Run("status", "--folder", link)).Error.Should().StartWith($"procman: a keeper (pid {Environment.ProcessId}) has the folder", "it has closed its socket, and has the folder");
        stop.IsCompleted.Should().BeFalse();
        held.Dispose();
        (await stop).Should().Be((0, $"The keeper of {link} has ended.\n", ""));
    }

    [FactAsRoot]
    public async Task A_user_who_may_not_look_into_the_folder_is_told_so()
    {
        _keep.Define(_keep.Detached("a"));
        File.SetUnixFileMode(Path.GetDirectoryName(_keep.File)!, (UnixFileMode)0b111_101_101);
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        using Process tool = Process.Start(new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Repository.Procman, "keep", "status", "--folder", _keep.Folder]) { RedirectStandardError = true })!;
        string error = await tool.StandardError.ReadToEndAsync();
        error.Should().Be($"procman: this user may not look into the folder {_keep.Folder}, which belongs to root: only its owner and root may ask its keeper.\n");
        (await Keep.EndOf(tool)).Should().Be(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Notices_that_are_told_at_the_end_are_waited_for_and_the_keeper_answers_meanwhile(bool byALink)
    {
        string told = _keep.Path("told"), go = _keep.Path("go"), link = _keep.Path("link");
        _keep.Define($$"""    "a": { "kind": "foreground", "start": "exec sleep 1000", "backoff": { "resetAfter": "100ms" }, "notify": { "command": "touch {{told}}; while [ ! -e {{go}} ]; do sleep 0.02; done" } }""");
        (Process keeper, LineLog log) = await _keep.Keeper();
        string pid = (await log.Find(@"service a: started \(pid (\d+)\)")).Groups[1].Value;
        await log.Find("service a: up$");
        Keep.Signal(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), "KILL");
        await Until.True(() => File.Exists(told), "a notice is told");
        File.CreateSymbolicLink(link, _keep.Folder);
        string folder = byALink ? link : _keep.Folder;
        Task<(int Code, string Out, string Error)> stop = _keep.Run("stop", "--folder", folder);
        await log.Find("the keeper ends");
        (int code, string said, string error) = await _keep.Run("status", "--folder", folder);
        (int resumed, _, string refused) = await _keep.Run("pause", "a", "--folder", folder);
        bool hasEnded = stop.IsCompleted;
        await File.WriteAllTextAsync(go, "");
        (hasEnded, code, error).Should().Be((false, 1, ""), "the keeper still runs: {0}", said);
        (resumed, refused).Should().Be((1, "procman: The keeper ends, and takes no more orders.\n"));
        (await stop).Should().Be((0, $"The keeper of {folder} has ended.\n", ""));
        KeeperLock.Take(KeeperFolder.At(_keep.Folder)).Dispose();
        (await Keep.EndOf(keeper)).Should().Be(0);
    }

    public void Dispose() => _keep.Dispose();
}
