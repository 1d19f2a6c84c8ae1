using System.Globalization;

namespace ProcManager.Handover;

/// <summary>The file of a unix socket that this program has bound: the process that takes over removes and renews this file, and no other one.</summary>
internal readonly record struct SocketFile(string Name, uint Major, uint Minor, ulong Inode)
{
    internal static string Encode(IReadOnlyList<SocketFile> files) =>
        string.Join(',', files.Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name}:{f.Major}:{f.Minor}:{f.Inode}")));

    /// <summary>What cannot be read is left out: such a file stays, which harms less than removing a wrong one.</summary>
    internal static IReadOnlyList<SocketFile> Decode(string list)
    {
        var files = new List<SocketFile>();
        foreach (string item in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.Split(':') is [var name, var major, var minor, var inode]
                && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out uint a)
                && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out uint b)
                && ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out ulong c))
            {
                files.Add(new SocketFile(name, a, b, c));
            }
        }

        return files;
    }
}
