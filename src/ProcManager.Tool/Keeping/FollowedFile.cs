using ProcManager.Posix;

namespace ProcManager.Tool.Keeping;

/// <summary>A log that is read while it is written, renamed, begun anew and truncated.</summary>
internal sealed class FollowedFile(string path, Stream output) : IDisposable
{
    private const int PartBytes = 64 * 1024;
    private const int MaxTries = 200; // a number may be missing for ever, as when a file was removed by hand

    private readonly byte[] _part = new byte[PartBytes];
    private FileStream? _file;

    /// <summary>Writes the last lines. False: there is no file yet.</summary>
    internal bool WriteEnd(int lines)
    {
        if (!TryOpen())
        {
            return false;
        }

        _file!.Position = PlaceOfLast(_file, lines);
        Copy();
        return true;
    }

    /// <summary>Writes what has come since. What is left in a file that was renamed comes before the new one.</summary>
    internal void WriteNew()
    {
        if (_file is null)
        {
            if (TryOpen())
            {
                Copy();
            }

            return;
        }

        bool isReplaced = FileIdentity.OfPath(path) is not { } now || !now.IsSameFileAs(Identity(_file));
        if (_file.Length < _file.Position)
        {
            _file.Position = 0;
        }

        Copy();
        foreach (FileStream newer in isReplaced ? Newer(_file) : [])
        {
            _file.Dispose();
            _file = newer;
            Copy();
        }
    }

    public void Dispose() => _file?.Dispose();

    private bool TryOpen() => (_file = Open(path)) is not null;

    // The files that were begun since, the oldest first: the log may have been renamed several times. It may be renamed while they are opened, so their places are looked at again.
    private List<FileStream> Newer(FileStream old)
    {
        FileIdentity? identity = Identity(old);
        while (true)
        {
            List<FileIdentity> places = Places();
            int place = places.FindIndex(p => p.IsSameFileAs(identity));
            List<FileStream> newer = [.. Enumerable.Range(0, (place < 0 ? places.Count : place) + 1).Reverse().Select(n => Open(Name(n))).OfType<FileStream>()];
            List<FileIdentity> again = Places();
            if (again.Count == places.Count && again.Zip(places).All(static p => p.First.IsSameFileAs(p.Second)))
            {
                return newer;
            }

            newer.ForEach(static f => f.Dispose());
        }
    }

    // The renamed files from NAME.1 on. While they are being renamed, the oldest first, a number is missing between them; a file with a higher number shows that.
    private List<FileIdentity> Places()
    {
        var places = new List<FileIdentity>();
        for (int tries = 0; tries < MaxTries; tries++)
        {
            places.Clear();
            while (FileIdentity.OfPath(Name(places.Count + 1)) is { } found)
            {
                places.Add(found);
            }

            if (!Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*").Any(f => f.Length > path.Length + 1 && int.TryParse(f.AsSpan(path.Length + 1), out int number) && number > places.Count))
            {
                break;
            }

            Thread.Sleep(1);
        }

        return places;
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

    private void Copy()
    {
        while (_file!.Read(_part) is > 0 and var count)
        {
            output.Write(_part, 0, count);
        }

        output.Flush();
    }

    // Backwards in parts; a line break at the very end ends the last line.
    private long PlaceOfLast(FileStream file, int lines)
    {
        long end = file.Length;
        if (lines == 0)
        {
            return end;
        }

        int found = 0;
        for (long start = end; start > 0;)
        {
            long from = Math.Max(0, start - PartBytes);
            int length = file.Seek(from, SeekOrigin.Begin) == from ? file.ReadAtLeast(_part.AsSpan(0, (int)(start - from)), (int)(start - from), throwOnEndOfStream: false) : 0;
            for (int at = length - 1; at >= 0; at--)
            {
                if (_part[at] == '\n' && from + at != end - 1 && ++found == lines)
                {
                    return from + at + 1;
                }
            }

            start = from;
        }

        return 0;
    }
}
