using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Users, groups and limits of processes.</content>
internal static unsafe partial class LibC
{
    /// <summary>Of all threads of this process, as the next two.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setgroups(nuint count, uint* groups);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getresuid(uint* real, uint* effective, uint* saved);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getresgid(uint* real, uint* effective, uint* saved);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getgroups(int count, uint* groups);

    [LibraryImport(Library)]
    internal static partial uint getegid();

    /// <summary>Negative when there are more groups than <paramref name="count"/>, which then says how many.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getgrouplist(string user, uint group, uint* groups, int* count);

    // Variadic in C, as fcntl is.
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    /// <summary>By the real user, not the effective one.</summary>
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int access(string path, int mode);

    /// <summary>Each of the two: the soft and the hard limit.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prlimit(int pid, int resource, ulong* set, ulong* old);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setpriority(int which, int pid, int nice);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fchown(int fd, uint user, uint group);
}
