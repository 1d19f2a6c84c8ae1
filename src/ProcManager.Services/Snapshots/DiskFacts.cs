using System.Globalization;
using System.Text;

namespace ProcManager.Services.Snapshots;

/// <summary>The room on the disks that matter to a service. Those in the network are named but not looked at: they may not answer.</summary>
internal static class DiskFacts
{
    private static readonly string[] Remote = ["nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "glusterfs", "lustre"];

    internal static string Of(IReadOnlyList<string> paths)
    {
        Mount[] mounts = [.. Mounts(ShortFiles.Read("/proc/self/mountinfo", 1024 * 1024))];
        var text = new StringBuilder("\ndisks:\n");
        foreach (Mount mount in paths.Select(p => Under(mounts, p)).OfType<Mount>().Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"{mount.Path} ({mount.Kind}{(mount.IsReadOnly ? ", read-only" : "")}): {Room(mount)}\n");
        }

        return text.ToString();
    }

    /// <summary>The columns of /proc/PID/mountinfo, see proc(5): the fifth is the place, the sixth the options; behind " - " the kind.</summary>
    internal static IEnumerable<Mount> Mounts(string mountInfo)
    {
        foreach (string line in mountInfo.Split('\n'))
        {
            string[] halves = line.Split(" - ", 2);
            string[] columns = halves[0].Split(' ');
            if (halves.Length == 2 && columns.Length > 5)
            {
                string path = columns[4].Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
                yield return new(path, halves[1].Split(' ')[0], columns[5].Split(',').Contains("ro"));
            }
        }
    }

    /// <summary>The mount that a path lies on: the longest that the path begins with, and of two at one place the later.</summary>
    internal static Mount? Under(IEnumerable<Mount> mounts, string path) => mounts
        .Where(m => m.Path == "/" || path == m.Path || path.StartsWith(m.Path + "/", StringComparison.Ordinal))
        .Aggregate((Mount?)null, static (best, m) => best is not null && best.Path.Length > m.Path.Length ? best : m);

    private static string Room(Mount mount)
    {
        if (Remote.Any(r => mount.Kind.StartsWith(r, StringComparison.Ordinal)))
        {
            return "in the network, not looked at";
        }

        try
        {
            var drive = new DriveInfo(mount.Path);
            return $"{ShortFiles.Size(drive.AvailableFreeSpace)} free of {ShortFiles.Size(drive.TotalSize)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>One mounted file system.</summary>
    internal sealed record Mount(string Path, string Kind, bool IsReadOnly);
}
