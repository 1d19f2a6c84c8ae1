using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>A keeper's folder in which no keeper was yet: it was made to write down a pause.</summary>
internal static class FolderOfPauses
{
    /// <summary>Gives such a folder to the user of the first keeper. A folder that has more in it, such as logs, is left alone: it may have what that user must not read. Takes root.</summary>
    /// <param name="path">The folder; it is there.</param>
    /// <param name="user">Gets it.</param>
    /// <param name="group">Gets it.</param>
    internal static void Give(string path, uint user, uint group)
    {
        KeeperFolder files = KeeperFolder.At(path);
        using OpenFolder folder = OpenFolder.Open(path, follow: false);
        if (folder.Identity is not { IsPrivate: true } identity || identity.Owner != Accounts.EffectiveUser || KeeperLock.Holder(files) is not null || !HasOnlyPauses(folder, files))
        {
            return;
        }

        foreach (string name in folder.Names().Where(static n => n != "keeper.lock"))
        {
            using OpenFolder inner = folder.Enter(name);
            Array.ForEach(inner.Names(), file => inner.Give(file, user, group));
            inner.Give(user, group);
        }

        folder.Give("keeper.lock", user, group);
        folder.Give(user, group); // at last: until then no other user can get into it
    }

    private static bool HasOnlyPauses(OpenFolder folder, KeeperFolder files)
    {
        foreach (string name in folder.Names())
        {
            if (name == "keeper.lock")
            {
                continue;
            }

            if (name is not ("state" or "pipes" or "logs" or "starts"))
            {
                return false;
            }

            using OpenFolder inner = folder.Enter(name);
            string[] inside = inner.Names();
            if (name == "state" ? !inside.All(f => f.EndsWith(".json", StringComparison.Ordinal) && IsPause(files.State(Path.GetFileNameWithoutExtension(f)))) : inside.Length > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPause(string path)
    {
        try
        {
            return StoredState.Read(path) is { Phase: StoredPhase.None, Process: null, Death: null };
        }
        catch (ProcManagerException)
        {
            return false; // it is not known what it is
        }
    }
}
