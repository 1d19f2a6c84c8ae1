using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProcManager.Posix;

namespace ProcManager.Services.Snapshots;

/// <summary>The folder of one snapshot. Its files are for their owner only: command lines may hold secrets. Each is made anew by its name in a folder that is proven to be this user's, so no link leads elsewhere.</summary>
/// <param name="root">The folder of all snapshots.</param>
/// <param name="service">The name of the service.</param>
/// <param name="name">The name of this snapshot.</param>
/// <param name="size">Bytes that all files together may have.</param>
internal sealed class SnapshotFolder(string root, string service, string name, long size)
{
    internal const string Summary = "summary.txt";

    private const int MaxInOneSecond = 1000;

    private long _left = size;

    internal string Path => $"{root}/{service}/{name}";

    /// <summary>As <see cref="SnapshotStore"/> knows it.</summary>
    internal string Key => $"{service}/{name}";

    /// <summary>The name of a snapshot: the time of the death, UTC.</summary>
    internal static string NameOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <exception cref="ProcManagerException">The folder cannot be made, or another user may change it.</exception>
    internal static SnapshotFolder Make(string root, string service, DateTimeOffset at, long size)
    {
        if (!Directory.Exists(root))
        {
            _ = Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var all = OpenFolder.Open(root);
        ThrowIfFailed(all.Make(service), $"{root}/{service}", mayExist: true);
        using OpenFolder own = EnterOwn(all, root, service);
        string first = NameOf(at);
        for (int i = 1; i <= MaxInOneSecond; i++)
        {
            string name = i == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}-{i}");
            int errno = own.Make(name);
            if (errno != Errno.EEXIST)
            {
                ThrowIfFailed(errno, $"{root}/{service}/{name}", mayExist: false);
                return new(root, service, name, size);
            }
        }

        throw new PosixException($"mkdir({root}/{service}/{first})", Errno.EEXIST);
    }

    /// <summary>Writes a whole file; what no longer fits is left out and said so.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    internal void Write(string file, ReadOnlySpan<byte> bytes)
    {
        using FileStream stream = Create(file);
        Append(stream, bytes);
    }

    internal void Write(string file, string text) => Write(file, Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a file that is written piece by piece, each at once.</summary>
    internal FileStream Create(string file)
    {
        using var all = OpenFolder.Open(root);
        using OpenFolder own = EnterOwn(all, root, service);
        using OpenFolder folder = own.Enter(name);
        return new(new SafeFileHandle(folder.MakeFile(file), ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>False: nothing more fits.</summary>
    internal bool Append(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        long left = Interlocked.Add(ref _left, -bytes.Length);
        if (left >= 0)
        {
            stream.Write(bytes);
            return true;
        }

        int fits = (int)Math.Clamp(bytes.Length + left, 0, bytes.Length);
        stream.Write(bytes[..fits]);
        if (fits > 0)
        {
            stream.Write("\n(the rest is left out: the snapshots have reached their size)\n"u8);
        }

        return false;
    }

    internal bool Append(FileStream stream, string text) => Append(stream, Encoding.UTF8.GetBytes(text));

    /// <summary>Removes the folder of a snapshot that could not be begun.</summary>
    internal void Remove()
    {
        try
        {
            using var all = OpenFolder.Open(root);
            using OpenFolder own = EnterOwn(all, root, service);
            using (OpenFolder folder = own.Enter(name))
            {
                _ = folder.Unlink(Summary);
            }

            _ = own.RemoveEmptyFolder(name);
        }
        catch (ProcManagerException)
        {
            // what cannot be entered is not there
        }
    }

    private static OpenFolder EnterOwn(OpenFolder all, string root, string service)
    {
        OpenFolder folder = all.Enter(service);
        if (folder.Identity is { IsWritableByOthers: false } file && file.Owner == Accounts.EffectiveUser)
        {
            return folder;
        }

        folder.Dispose();
        throw new ProcManagerException($"The folder {root}/{service} belongs to another user, or others may change it. Snapshots hold secrets and are not written there: choose another folder, or give this one to the keeper's user with mode 0700.");
    }

    private static void ThrowIfFailed(int errno, string path, bool mayExist)
    {
        if (errno != 0 && !(mayExist && errno == Errno.EEXIST))
        {
            throw new PosixException($"mkdir({path})", errno);
        }
    }
}
