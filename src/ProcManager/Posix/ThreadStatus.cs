using System.Globalization;

namespace ProcManager.Posix;

/// <summary>As whom a thread acts, as proc(5) tells it in <c>status</c>.</summary>
internal sealed record ThreadStatus(IReadOnlyList<uint> Users, IReadOnlyList<uint> Groups, IReadOnlyList<uint> Supplementary, ulong Permitted, ulong Effective)
{
    private const int Hexadecimal = 16;

    /// <summary>Null: the thread or the process has ended, or /proc hides it (hidepid).</summary>
    /// <param name="folder">Its folder in /proc.</param>
    internal static ThreadStatus? Of(string folder)
    {
        try
        {
            var lines = File.ReadLines(folder + "/status").Select(static l => l.Split(':', 2)).Where(static l => l.Length == 2).ToDictionary(static l => l[0], static l => l[1]);
            return new(Numbers(lines["Uid"]), Numbers(lines["Gid"]), Numbers(lines["Groups"]), Set(lines["CapPrm"]), Set(lines["CapEff"]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A capability of capabilities(7) is in effect. In a user namespace that is said also of one that is worth nothing outside of it.</summary>
    internal bool Has(int capability) => (Effective >> capability & 1) == 1;

    /// <summary>It acts so and can act in no other way: real, effective, saved and file system ids are these, and there is no capability.</summary>
    internal bool IsJust(Credentials credentials) =>
        Users.All(u => u == credentials.User) && Groups.All(g => g == credentials.Group) && Permitted == 0 && Effective == 0
        && Supplementary.ToHashSet().SetEquals(credentials.Groups);

    private static uint[] Numbers(string text) => [.. text.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries).Select(static n => uint.Parse(n, CultureInfo.InvariantCulture))];

    private static ulong Set(string text) => Convert.ToUInt64(text.Trim(), Hexadecimal);
}
