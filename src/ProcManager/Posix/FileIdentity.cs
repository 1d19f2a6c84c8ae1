using System.Text;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Device and inode of a file, its kind, owner, group and length, by statx(2), whose layout is the same on every architecture.</summary>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode, ushort Mode, long Size, uint Links, uint Owner, uint Group)
{
    private const int TypeMask = 0xf000;
    private const int OthersMayWrite = 2;
    private const int GroupMayWrite = 0b010_000;
    private const int Sticky = 0x200;

    /// <summary>When its content was changed last, in seconds since 1970.</summary>
    internal long Modified { get; init; }

    /// <summary>The device's number as stat(2) gives it, see makedev(3).</summary>
    internal ulong Device => ((Major & 0xffff_f000UL) << 32) | ((Major & 0xfffUL) << 8) | ((Minor & 0xffff_ff00UL) << 12) | (Minor & 0xffUL);

    internal bool IsSymbolicLink => (Mode & TypeMask) == 0xa000;

    internal bool IsSocket => (Mode & TypeMask) == 0xc000;

    internal bool IsRegular => (Mode & TypeMask) == 0x8000;

    internal bool IsPipe => (Mode & TypeMask) == 0x1000;

    internal bool IsFolder => (Mode & TypeMask) == 0x4000;

    /// <summary>Only its owner may look into it or change it.</summary>
    internal bool IsPrivate => (Mode & 0b111_111) == 0;

    internal bool IsWritableByGroup => (Mode & GroupMayWrite) != 0;

    internal bool IsWritableByAll => (Mode & OthersMayWrite) != 0;

    /// <summary>Of a folder that others may write: only the owner of an entry, or of the folder, may rename or remove the entry.</summary>
    internal bool IsSticky => (Mode & Sticky) != 0;

    /// <summary>A user other than the owner may change it, by the group or as anybody.</summary>
    internal bool IsWritableByOthers => (Mode & 0b010_010) != 0;

    /// <summary>Owned by this process's user or by root, whom every user has to trust.</summary>
    internal bool IsOursOrRoots => Owner == 0 || Owner == LibC.geteuid();

    /// <summary>Of the path itself, a link not followed; null when it is not there or cannot be looked at.</summary>
    internal static FileIdentity? OfPath(string path) => Read(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);

    /// <summary>Of what the path leads to.</summary>
    internal static FileIdentity? OfTarget(string path) => Read(AT_FDCWD, path, 0);

    internal static FileIdentity? OfDescriptor(int fd) => Read(fd, "", AT_EMPTY_PATH);

    /// <summary>Of an entry of an open folder, a link not followed.</summary>
    internal static FileIdentity? OfEntry(int folder, string name) => Read(folder, name, AT_SYMLINK_NOFOLLOW);

    internal bool IsSameFileAs(FileIdentity? other) =>
        other is { } o && o.Inode == Inode && o.Major == Major && o.Minor == Minor;

    private static unsafe FileIdentity? Read(int directory, string path, int flags)
    {
        byte* buffer = stackalloc byte[256];
        return Ask(directory, path, flags, buffer) == 0
            ? new(*(uint*)(buffer + 136), *(uint*)(buffer + 140), *(ulong*)(buffer + 32), *(ushort*)(buffer + 28), *(long*)(buffer + 40), *(uint*)(buffer + 16), *(uint*)(buffer + 20), *(uint*)(buffer + 24)) { Modified = *(long*)(buffer + 112) }
            : null;
    }

    // Not by the C library's function, which is newer than the oldest glibc that .NET runs on: a program of NativeAOT would look for it at the first call, which may come when no memory or no descriptor is left.
    private static unsafe nint Ask(int directory, string path, int flags, byte* buffer)
    {
        if (SYS_statx == 0)
        {
            return LibC.statx(directory, path, flags, STATX_BASIC_STATS, buffer);
        }

        int most = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        Span<byte> name = most <= 1024 ? stackalloc byte[1024] : new byte[most];
        name[Encoding.UTF8.GetBytes(path, name)] = 0;
        fixed (byte* p = name)
        {
            return LibC.syscall(SYS_statx, directory, (nint)p, flags, (nint)STATX_BASIC_STATS, (nint)buffer);
        }
    }
}
