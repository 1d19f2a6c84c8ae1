using System.Globalization;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>One line of /proc/self/maps: a piece of a file as this process has it in its memory.</summary>
/// <param name="Address">Where it begins.</param>
/// <param name="Length">Bytes, whole pages.</param>
/// <param name="Protection">PROT_ flags.</param>
/// <param name="IsShared">MAP_SHARED; false: written pages are this process's own.</param>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="File">Device and inode, the same for all pieces of one file.</param>
/// <param name="Path">The file's path, without links.</param>
internal sealed record FileMapping(nint Address, nint Length, int Protection, bool IsShared, long Offset, string File, string Path)
{
    /// <summary>A file that the runtime has mapped as a whole, for reading: an assembly. Native libraries never are.</summary>
    internal bool IsWholeFile => IsShared && Offset == 0 && Protection == PROT_READ
        && (Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || Path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase));

    /// <summary>The mappings of files below this folder that still have their name; Throws an <see cref="System.IO.IOException"/> without /proc.</summary>
    internal static List<FileMapping> Below(string folder)
    {
        var found = new List<FileMapping>();
        foreach (string line in System.IO.File.ReadAllLines("/proc/self/maps"))
        {
            int path = line.IndexOf('/', StringComparison.Ordinal);
            if (path > 0 && line.AsSpan(path).StartsWith(folder, StringComparison.Ordinal) && !line.EndsWith(ProcFs.Removed, StringComparison.Ordinal))
            {
                found.Add(Parse(line, path));
            }
        }

        return found;
    }

    /// <summary><c>7fe9-7fea r-xp 00001000 fe:00 1234   /path</c>.</summary>
    private static FileMapping Parse(string line, int path)
    {
        string[] fields = line[..path].Split([' ', '-'], 4);
        string[] rest = line[..path].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        nint begin = nint.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        nint end = nint.Parse(fields[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        string flags = rest[1];
        int protection = (flags[0] == 'r' ? PROT_READ : 0) | (flags[1] == 'w' ? PROT_WRITE : 0) | (flags[2] == 'x' ? PROT_EXEC : 0);
        return new(begin, end - begin, protection, flags[3] == 's', long.Parse(rest[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture), $"{rest[3]} {rest[4]}", line[path..]);
    }
}
