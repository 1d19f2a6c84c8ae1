using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Users and groups. glibc and musl lay the entries out alike.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getpwnam_r(string name, Passwd* entry, byte* buffer, nuint size, Passwd** found);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getgrnam_r(string name, Group* entry, byte* buffer, nuint size, Group** found);

    [LibraryImport(Library)]
    internal static partial int getpwuid_r(uint id, Passwd* entry, byte* buffer, nuint size, Passwd** found);

    [LibraryImport(Library)]
    internal static partial int getgrgid_r(uint id, Group* entry, byte* buffer, nuint size, Group** found);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Passwd
    {
        internal nint Name;
        internal nint Password;
        internal uint UserId;
        internal uint GroupId;
        internal nint Gecos;
        internal nint Home;
        internal nint Shell;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Group
    {
        internal nint Name;
        internal nint Password;
        internal uint GroupId;
        internal nint Members;
    }
}
