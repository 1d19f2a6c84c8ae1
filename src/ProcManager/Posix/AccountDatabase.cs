using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>The user and group databases as the C library reads them. getpwnam_r(3), getgrnam_r(3), getpwuid_r(3), getgrgid_r(3).</summary>
internal static unsafe partial class AccountDatabase
{
    private const int FirstSize = 1024;

    /// <summary>A group's entry holds the names of all its members.</summary>
    private const int MaxSize = 16 * 1024 * 1024;

    private delegate int Find<T>(byte* buffer, nuint size, out T found);

    /// <summary>Null: there is no user of that name.</summary>
    internal static uint? UserId(string name) => User(name)?.Id;

    /// <summary>Null: there is no group of that name.</summary>
    internal static uint? GroupId(string name)
    {
        return Read<uint?>($"getgrnam_r({name})", FindGroup);

        int FindGroup(byte* buffer, nuint size, out uint? id)
        {
            LibC.Group entry;
            LibC.Group* found = null;
            int errno = LibC.getgrnam_r(name, &entry, buffer, size, &found);
            id = found is null ? null : found->GroupId;
            return errno;
        }
    }

    /// <summary>Null: the user has no name.</summary>
    internal static string? UserName(uint id) => User(id)?.Name;

    /// <summary>Null: the group has no name.</summary>
    internal static string? GroupName(uint id)
    {
        return Read<string?>($"getgrgid_r({id})", FindName);

        int FindName(byte* buffer, nuint size, out string? name)
        {
            LibC.Group entry;
            LibC.Group* found = null;
            int errno = LibC.getgrgid_r(id, &entry, buffer, size, &found);
            name = found is null ? null : Marshal.PtrToStringUTF8(found->Name);
            return errno;
        }
    }

    private static T Read<T>(string call, Find<T> find)
    {
        int size = FirstSize;
        while (true)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            int errno;
            T found;
            try
            {
                errno = find(buffer, (nuint)size, out found);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }

            switch (errno)
            {
                case 0:
                case Errno.ENOENT or Errno.ESRCH: // some databases say so, instead of success without an entry
                    return found;
                case Errno.EINTR:
                    break;
                case Errno.ERANGE when size < MaxSize:
                    size *= 4;
                    break;
                default:
                    throw new PosixException(call, errno);
            }
        }
    }
}
