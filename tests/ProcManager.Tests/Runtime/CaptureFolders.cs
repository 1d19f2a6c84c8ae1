using System.Diagnostics;
using ProcManager.Runtime;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Runtime;

/// <summary>A dump is written by name, and holds all that a worker had in memory.</summary>
public sealed class CaptureFolders : IDisposable
{
    private static readonly WorkerHandle Worker = new(1, 1, 812, -1, -1, default);

    private readonly TempFolder _folder = new();
    private readonly ListLogger _log = new();

    [Fact]
    public void Without_the_option_dumps_have_a_folder_that_only_its_owner_may_enter()
    {
        var files = new CaptureFiles(new ProcessManagerOptions { CaptureFolder = null }, _log);

        string dump = files.ForDump(Worker)!;

        string folder = Path.GetDirectoryName(dump)!;
        File.GetUnixFileMode(folder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Path.GetDirectoryName(files.ForDump(Worker)).Should().Be(folder, "one for all dumps");
        Directory.Delete(folder);
        Path.GetDirectoryName(files.ForDump(Worker)).Should().NotBe(folder, "a clean-up took it");
        files.ForText(Worker).Should().BeNull("the text goes to the log");
        Directory.Delete(Path.GetDirectoryName(files.ForDump(Worker))!);
    }

    [Fact]
    public void A_folder_of_the_users_own_is_used()
    {
        var files = new CaptureFiles(new ProcessManagerOptions { CaptureFolder = _folder.Path }, _log);

        files.ForDump(Worker).Should().StartWith(_folder["hang-812-slot1-"]).And.EndWith(".dmp");
        files.ForText(Worker).Should().StartWith(_folder["hang-812-slot1-"]).And.EndWith(".txt");
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public void A_folder_that_every_user_may_write_to_is_refused()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ff);
        var files = new CaptureFiles(new ProcessManagerOptions { CaptureFolder = _folder.Path }, _log);

        files.ForDump(Worker).Should().BeNull();
        files.ForText(Worker).Should().BeNull();
        _log.Lines.Should().OnlyContain(l => l.StartsWith($"the folder for dumps '{_folder.Path}' is not used: every user may write to it"));
    }

    [FactAsRoot]
    public void A_folder_or_a_link_of_another_user_is_refused()
    {
        string link = _folder["link"];
        File.CreateSymbolicLink(link, Directory.CreateDirectory(_folder["mine"]).FullName);
        string theirs = Directory.CreateDirectory(_folder["theirs"]).FullName;
        Process.Start("chown", ["-h", "54321", link, theirs]).WaitForExit();

        new CaptureFiles(new ProcessManagerOptions { CaptureFolder = link }, _log).ForDump(Worker).Should().BeNull();
        new CaptureFiles(new ProcessManagerOptions { CaptureFolder = theirs }, _log).ForDump(Worker).Should().BeNull();
        string.Join('\n', _log.Lines).Should().Contain("it is a link of another user (54321)").And.Contain("it belongs to another user (54321)");
    }

    public void Dispose() => _folder.Dispose();
}
