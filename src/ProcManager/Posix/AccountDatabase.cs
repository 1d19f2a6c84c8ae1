using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>The user and group databases as the C library reads them. getpwnam_r(3), getgrnam_r(3).</summary>
internal static unsafe class AccountDatabase
{
    private const int FirstSize = 1024;

    /// <summary>A group's entry holds the names of all its members.</summary>
    private const int MaxSize = 16 * 1024 * 1024;

    private delegate int Find(byte* buffer, nuint size, out uint? id);

    /// <summary>Null: there is no user of that name.</summary>
    internal static uint? UserId(string name)
    {
        return Read($"getpwnam_r({name})", FindUser);

        int FindUser(byte* buffer, nuint size, out uint? id)
        {
            LibC.Passwd entry;
            LibC.Passwd* found = null;
            int errno = LibC.getpwnam_r(name, &entry, buffer, size, &found);
            id = found is null ? null : found->UserId;
            return errno;
        }
    }

    /// <summary>Null: there is no group of that name.</summary>
    internal static uint? GroupId(string name)
    {
        return Read($"getgrnam_r({name})", FindGroup);

        int FindGroup(byte* buffer, nuint size, out uint? id)
        {
            LibC.Group entry;
            LibC.Group* found = null;
            int errno = LibC.getgrnam_r(name, &entry, buffer, size, &found);
            id = found is null ? null : found->GroupId;
            return errno;
        }
    }

    private static uint? Read(string call, Find find)
    {
        int size = FirstSize;
        while (true)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            int errno;
            uint? id;
            try
            {
                errno = find(buffer, (nuint)size, out id);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }

            switch (errno)
            {
                case 0:
                case Errno.ENOENT or Errno.ESRCH: // some databases say so, instead of success without an entry
                    return id;
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
