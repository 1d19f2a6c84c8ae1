using System.Text.RegularExpressions;
using ProcManager.Posix;

namespace ProcManager.Services.Snapshots;

/// <summary>
/// Keeps all snapshots together below their size: the oldest are removed first. Only what a keeper has written is removed: files of its user, in folders of its user with the name of a snapshot and a summary in them. Links are
/// never followed.
/// </summary>
internal sealed partial class SnapshotStore(string root, long maxSize)
{
    private const string Extension = ".txt";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _inWork = [];

    /// <summary>What one snapshot may take, so that several are kept.</summary>
    internal long SizeOfOne => maxSize / 4;

    /// <summary>The snapshot is being written and is not removed.</summary>
    internal void Begin(string key)
    {
        lock (_lock)
        {
            _ = _inWork.Add(key);
        }
    }

    internal void End(string key)
    {
        lock (_lock)
        {
            _ = _inWork.Remove(key);
        }
    }

    /// <summary>Removes old snapshots until the ones in work, and one more, have room.</summary>
    internal void MakeRoom()
    {
        HashSet<string> inWork;
        lock (_lock)
        {
            inWork = [.. _inWork];
        }

        if (!Directory.Exists(root))
        {
            return;
        }

        using var all = OpenFolder.Open(root);
        List<Stored> stored = [.. Find(all).Where(s => !inWork.Contains(s.Key)).OrderBy(static s => s.Name, StringComparer.Ordinal)];
        long room = maxSize - (SizeOfOne * (inWork.Count + 1));
        long size = stored.Sum(static s => s.Size);
        foreach (Stored oldest in stored.TakeWhile(_ => size > room))
        {
            Remove(all, oldest);
            size -= oldest.Size;
        }
    }

    private static IEnumerable<Stored> Find(OpenFolder all)
    {
        foreach (string service in all.Names().Where(static n => ServiceName().IsMatch(n)))
        {
            using OpenFolder? own = EnterOwn(all, service);
            foreach (string name in own?.Names().Where(static n => SnapshotName().IsMatch(n)) ?? [])
            {
                using OpenFolder? folder = EnterOwn(own!, name);
                if (folder is not null && IsOurFile(folder.Find(SnapshotFolder.Summary)))
                {
                    yield return new(service, name, Files(folder).Sum(f => folder.Find(f)?.Size ?? 0));
                }
            }
        }
    }

    private static void Remove(OpenFolder all, Stored stored)
    {
        using OpenFolder? own = EnterOwn(all, stored.Service);
        using (OpenFolder? folder = own is null ? null : EnterOwn(own, stored.Name))
        {
            // the summary last: it says that the folder is a snapshot
            foreach (string file in (folder is null ? [] : Files(folder)).OrderBy(static f => f == SnapshotFolder.Summary))
            {
                _ = folder!.Unlink(file);
            }
        }

        _ = own?.RemoveEmptyFolder(stored.Name); // stays when another file is in it
    }

    private static IEnumerable<string> Files(OpenFolder folder) => folder.Names().Where(n => n.EndsWith(Extension, StringComparison.Ordinal) && IsOurFile(folder.Find(n)));

    private static bool IsOurFile(FileIdentity? file) => file is { IsRegular: true } f && f.Owner == Accounts.EffectiveUser;

    /// <summary>Null: a link, a file, or another user's folder.</summary>
    private static OpenFolder? EnterOwn(OpenFolder folder, string name)
    {
        try
        {
            OpenFolder own = folder.Enter(name);
            if (own.Identity is { } identity && identity.Owner == Accounts.EffectiveUser)
            {
                return own;
            }

            own.Dispose();
        }
        catch (PosixException)
        {
            // not a folder, or gone
        }

        return null;
    }

    [GeneratedRegex("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,63}$")]
    private static partial Regex ServiceName();

    [GeneratedRegex("^[0-9]{8}T[0-9]{6}Z(-[0-9]{1,4})?$")]
    private static partial Regex SnapshotName();

    private sealed record Stored(string Service, string Name, long Size)
    {
        internal string Key => $"{Service}/{Name}";
    }
}
