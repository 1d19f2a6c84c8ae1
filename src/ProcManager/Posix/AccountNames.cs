using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>What a person calls a user or a group. A number without a name is told as a number.</summary>
internal static unsafe class AccountNames
{
    private const int EntrySize = 256; // of struct passwd and struct group, which have some 50 bytes
    private const int MaxLength = 1 << 20; // a group with thousands of members

    internal static string OfUser(uint user) => Find(user, &LibC.getpwuid_r);

    internal static string OfGroup(uint group) => Find(group, &LibC.getgrgid_r);

    private static string Find(uint id, delegate*<uint, void*, byte*, nuint, void**, int> look)
    {
        byte* entry = stackalloc byte[EntrySize];
        for (int length = 1024; length <= MaxLength; length *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)length);
            try
            {
                void* found;
                int error = look(id, entry, buffer, (nuint)length, &found);
                if (error == Errno.ERANGE)
                {
                    continue;
                }

                // The name is the first member of both structures.
                return error == 0 && found != null && Marshal.PtrToStringUTF8(*(nint*)found) is { Length: > 0 } name ? name : Number(id);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }

        return Number(id);
    }

    private static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
