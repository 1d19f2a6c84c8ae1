using ProcManager.Posix;

namespace ProcManager.Tool.Keeping;

/// <summary>A log that is read while it is written, renamed, begun anew and truncated.</summary>
internal sealed class FollowedFile(string path, Stream output) : IDisposable
{
    private const int PartBytes = 64 * 1024;

    private static readonly EqualityComparer<FileIdentity?> SameFile = EqualityComparer<FileIdentity?>.Create(static (one, other) => one is { } file ? file.IsSameFileAs(other) : other is null);

    private readonly byte[] _part = new byte[PartBytes];
    private FileStream? _file;

    /// <summary>Writes the last lines, with those of renamed files where the newest has too few. False: there is no file yet.</summary>
    internal bool WriteEnd(int lines)
    {
        if (!TryOpen())
        {
            return false;
        }

        int missing = lines - GoToLast(_file!, lines);
        var older = new Stack<FileStream>();
        FileIdentity? last = Identity(_file!);
        for (int place = 1; missing > 0 && Open(Name(place)) is { } file; place++)
        {
            if (Identity(file) is { } identity && identity.IsSameFileAs(last))
            {
                file.Dispose(); // it has been renamed meanwhile
                continue;
            }

            last = Identity(file);
            missing -= GoToLast(file, missing);
            older.Push(file);
        }

        foreach (FileStream file in older)
        {
            using (file)
            {
                Copy(file);
            }
        }

        Copy(_file!);
        return true;
    }

    /// <summary>Writes what has come since. What is left in a file that was renamed comes before the new one.</summary>
    internal void WriteNew()
    {
        if (_file is null)
        {
            if (TryOpen())
            {
                Copy(_file!);
            }

            return;
        }

        bool isReplaced = FileIdentity.OfPath(path) is not { } now || !now.IsSameFileAs(Identity(_file));
        if (_file.Length < _file.Position)
        {
            _file.Position = 0;
        }

        Copy(_file);
        foreach (FileStream newer in isReplaced ? Newer(_file) : [])
        {
            _file.Dispose();
            _file = newer;
            Copy(_file);
        }
    }

    public void Dispose() => _file?.Dispose();

    private bool TryOpen() => (_file = Open(path)) is not null;

    // The files that were begun since, the oldest first: the log may have been renamed several times. It may be renamed while they are opened, so their names are looked at again.
    private List<FileStream> Newer(FileStream old)
    {
        while (true)
        {
            List<FileIdentity?> names = NamesBefore(old);
            List<FileStream> newer = [.. Enumerable.Range(0, names.Count).Reverse().Select(n => Open(Name(n))).OfType<FileStream>()];
            if (NamesBefore(old).SequenceEqual(names, SameFile))
            {
                return newer;
            }

            newer.ForEach(static f => f.Dispose());
        }
    }

    // Which file has each name, up to the old one's. A rotation goes from the last name to the first and leaves one name without a file while it goes on; two of them are the end: the old file was removed.
    private List<FileIdentity?> NamesBefore(FileStream old)
    {
        FileIdentity? identity = Identity(old);
        var names = new List<FileIdentity?>();
        for (int missing = 0; missing < 2; missing = names[^1] is null && names.Count > 1 ? missing + 1 : 0)
        {
            FileIdentity? found = FileIdentity.OfPath(Name(names.Count));
            if (found is { } file && file.IsSameFileAs(identity))
            {
                break;
            }

            names.Add(found);
        }

        return names;
    }

    private string Name(int place) => place == 0 ? path : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{place}");

    private static FileIdentity? Identity(FileStream file) => FileIdentity.OfDescriptor((int)file.SafeFileHandle.DangerousGetHandle());

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void Copy(FileStream file)
    {
        while (file.Read(_part) is > 0 and var count)
        {
            output.Write(_part, 0, count);
        }

        output.Flush();
    }

    /// <summary>Goes to the beginning of the last lines; gives how many there are, at most as many as are wanted. Backwards in parts; a line break at the very end ends the last line.</summary>
    private int GoToLast(FileStream file, int lines)
    {
        long end = file.Length;
        int found = 0;
        for (long start = end; start > 0 && lines > 0;)
        {
            long from = Math.Max(0, start - PartBytes);
            int length = file.Seek(from, SeekOrigin.Begin) == from ? file.ReadAtLeast(_part.AsSpan(0, (int)(start - from)), (int)(start - from), throwOnEndOfStream: false) : 0;
            for (int at = length - 1; at >= 0; at--)
            {
                if (_part[at] == '\n' && from + at != end - 1 && ++found == lines)
                {
                    file.Position = from + at + 1;
                    return found;
                }
            }

            start = from;
        }

        file.Position = lines > 0 ? 0 : end;
        return lines > 0 && end > 0 ? found + 1 : 0;
    }
}
