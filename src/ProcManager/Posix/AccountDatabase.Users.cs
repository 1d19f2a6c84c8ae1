using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>A user's entry, see passwd(5).</summary>
internal sealed record UserEntry(string Name, uint Id, uint Group, string Home);

/// <content>Whole entries of users, and the groups that a user is in.</content>
internal static unsafe partial class AccountDatabase
{
    /// <summary>Null: there is no user of that name.</summary>
    internal static UserEntry? User(string name)
    {
        return Read<UserEntry?>($"getpwnam_r({name})", FindUser);

        int FindUser(byte* buffer, nuint size, out UserEntry? user)
        {
            LibC.Passwd entry;
            LibC.Passwd* found = null;
            int errno = LibC.getpwnam_r(name, &entry, buffer, size, &found);
            user = found is null ? null : Entry(*found);
            return errno;
        }
    }

    /// <summary>Null: no user of that number has an entry.</summary>
    internal static UserEntry? User(uint id)
    {
        return Read<UserEntry?>($"getpwuid_r({id})", FindUser);

        int FindUser(byte* buffer, nuint size, out UserEntry? user)
        {
            LibC.Passwd entry;
            LibC.Passwd* found = null;
            int errno = LibC.getpwuid_r(id, &entry, buffer, size, &found);
            user = found is null ? null : Entry(*found);
            return errno;
        }
    }

    /// <summary>The groups that a user is in, and <paramref name="group"/>; see getgrouplist(3).</summary>
    internal static uint[] GroupsOf(string user, uint group)
    {
        const int MaxCount = 65536; // NGROUPS_MAX
        uint[] groups = new uint[64];
        while (true)
        {
            int count = groups.Length;
            int result;
            fixed (uint* first = groups)
            {
                result = LibC.getgrouplist(user, group, first, &count);
            }

            if (result >= 0)
            {
                return groups[..count];
            }

            if (groups.Length >= MaxCount)
            {
                throw new ProcManagerException($"The user {user} is in more than {MaxCount} groups, which no process can be.");
            }

            groups = new uint[Math.Min(MaxCount, Math.Max(count, groups.Length * 2))]; // musl does not say how many there are
        }
    }

    private static UserEntry Entry(in LibC.Passwd entry) =>
        new(Marshal.PtrToStringUTF8(entry.Name) ?? "", entry.UserId, entry.GroupId, Marshal.PtrToStringUTF8(entry.Home) ?? "");
}
