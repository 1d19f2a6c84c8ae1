using System.Globalization;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Tests.Snapshots;

[Trait("Row", "E3")]
public sealed class Sizes : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_oldest_are_removed_first_until_one_more_has_room()
    {
        foreach (int second in Enumerable.Range(10, 5))
        {
            Snapshot(second % 2 == 0 ? "a" : "b", second, 20_000);
        }

        new SnapshotStore(_folder.Path, 80_000).MakeRoom();
        Left().Should().BeEquivalentTo("a/20261128T000012Z", "b/20261128T000013Z", "a/20261128T000014Z");
    }

    [Fact]
    public void What_is_being_written_is_not_removed()
    {
        Snapshot("a", 10, 60_000);
        Snapshot("a", 11, 60_000);
        var store = new SnapshotStore(_folder.Path, 64 * 1024);
        store.Begin("a/20261128T000010Z");
        store.MakeRoom();
        Left().Should().BeEquivalentTo("a/20261128T000010Z");
    }

    [Fact]
    public void What_is_no_snapshot_stays_and_links_are_not_followed()
    {
        string elsewhere = Directory.CreateDirectory(_folder.File("../" + Path.GetFileName(_folder.Path) + "-elsewhere")).FullName;
        try
        {
            string snapshot = Snapshot("a", 10, 200_000);
            File.WriteAllText(snapshot + "/notes.md", "mine");
            _ = File.CreateSymbolicLink(snapshot + "/link.txt", Path.Combine(elsewhere, "kept.txt"));
            File.WriteAllText(Path.Combine(elsewhere, "kept.txt"), "kept");
            _ = Directory.CreateDirectory(Path.Combine(elsewhere, "20261128T000001Z"));
            File.WriteAllText(Path.Combine(elsewhere, "20261128T000001Z/summary.txt"), "kept");
            _ = Directory.CreateSymbolicLink(_folder.File("b"), elsewhere);
            _ = Directory.CreateSymbolicLink(_folder.File("a/20261128T000002Z"), Path.Combine(elsewhere, "20261128T000001Z"));
            _ = Directory.CreateDirectory(_folder.File("a/20261128T000003Z")); // without a summary
            File.WriteAllText(_folder.File("a/20261128T000003Z/data.txt"), new string('x', 200_000));
            _ = Directory.CreateDirectory(_folder.File("a/other"));
            File.WriteAllText(_folder.File("a/other/summary.txt"), "kept");

            new SnapshotStore(_folder.Path, 64 * 1024).MakeRoom();

            File.Exists(snapshot + "/summary.txt").Should().BeFalse();
            foreach (string kept in new[] { snapshot + "/notes.md", elsewhere + "/kept.txt", elsewhere + "/20261128T000001Z/summary.txt", _folder.File("a/20261128T000003Z/data.txt"), _folder.File("a/other/summary.txt") })
            {
                File.Exists(kept).Should().BeTrue(kept);
            }
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task All_together_stay_below_the_size_whatever_is_written()
    {
        const long MaxSize = 64 * 1024;
        var log = new LogOfAKeeper();
        using var taker = new SnapshotTaker(new ServiceSnapshotOptions { MaxSize = MaxSize, Timeout = TimeSpan.FromSeconds(60) }, _folder.File("s"), log);
        var service = new ServiceDefinition { Name = "a", SnapshotCommands = { ServiceCommand.Shell("head -c 100000 /dev/zero | tr '\\0' x") } };
        string? last = null;
        for (int i = 0; i < 6; i++)
        {
            last = await taker.TakeAsync(new(service, "", DateTimeOffset.UnixEpoch.AddSeconds(i), null, null), default);
            last.Should().NotBeNull();
            new DirectoryInfo(_folder.File("s")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static f => f.Length).Should().BeLessThan(MaxSize + 1024);
        }

        File.ReadAllText(last + "/summary.txt").Should().Contain("service:   a\n");
        Directory.GetDirectories(_folder.File("s/a")).Length.Should().BeInRange(2, 5);
    }

    private string Snapshot(string service, int second, int size)
    {
        string folder = Directory.CreateDirectory(_folder.File(string.Create(CultureInfo.InvariantCulture, $"{service}/20261128T0000{second}Z"))).FullName;
        File.WriteAllText(folder + "/summary.txt", new string('x', size / 2));
        File.WriteAllText(folder + "/log.txt", new string('x', size / 2));
        return folder;
    }

    private IEnumerable<string> Left() => Directory.GetDirectories(_folder.Path).SelectMany(Directory.GetDirectories).Select(d => Path.GetRelativePath(_folder.Path, d));
}
