using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// Has this process go on from a copy of a mapped file. cp(1) cuts the file to nothing and writes it anew. The kernel then takes away every page of the file, also
/// pages that the process had changed, and puts the new bytes at the same addresses.
/// </summary>
internal static unsafe class MappedCopy
{
    /// <summary>Puts a copy in the place of all mappings of one file; the addresses stay. Throws <see cref="PosixException"/> when the kernel refuses; what was done by then is sound.</summary>
    /// <param name="whole">The mapping of the whole file, from which the copy is made.</param>
    /// <param name="all">All mappings of the file.</param>
    internal static void Replace(FileMapping whole, IEnumerable<FileMapping> all)
    {
        int copy = AnonymousFile.Open("procmanager-assembly", whole.Length);
        try
        {
            // From memory: the path may name another file by now. A page that is gone fails the write, and raises no signal.
            Descriptors.WriteAll(copy, new ReadOnlySpan<byte>((void*)whole.Address, checked((int)whole.Length)));
            if (RandomAccess.GetLength(new Microsoft.Win32.SafeHandles.SafeFileHandle(copy, ownsHandle: false)) < whole.Length)
            {
                throw new PosixException($"write(a copy of {whole.Path})", Errno.ENOSPC); // a page that the copy lacks would end the process when it is touched
            }

            foreach (FileMapping part in all.Where(p => p != whole && p.Offset + p.Length <= whole.Length))
            {
                if ((part.Protection & PROT_WRITE) == 0 && Content(part).SequenceEqual(Content(whole).Slice((int)part.Offset, (int)part.Length)))
                {
                    Map(copy, part);
                }
                else if (!part.IsShared)
                {
                    ReplaceOwnPages(part);
                }
            }

            Map(copy, whole);
        }
        finally
        {
            Descriptors.Close(copy);
        }
    }

    private static void Map(int copy, FileMapping mapping)
    {
        void* there = LibC.mmap((void*)mapping.Address, (nuint)mapping.Length, mapping.Protection, MAP_FIXED | (mapping.IsShared ? MAP_SHARED : MAP_PRIVATE), copy, mapping.Offset);
        PosixException.ThrowIf((nint)there == -1, $"mmap({mapping.Path})");
    }

    /// <summary>
    /// The runtime writes to such pages when code of the assembly runs for the first time, and another thread may do so meanwhile. So the pages are compared again just
    /// before they change places. A write in the microseconds between is lost: what the runtime has found out for code that runs for the first time, without which that code fails. So the
    /// caller sees to it that no other thread of this library runs such code meanwhile.
    /// </summary>
    private static void ReplaceOwnPages(FileMapping part)
    {
        nuint length = (nuint)part.Length;
        byte* pages = (byte*)LibC.mmap(null, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        PosixException.ThrowIf((nint)pages == -1, "mmap(anonymous)");
        var copy = new Span<byte>(pages, (int)part.Length);
        do
        {
            Content(part).CopyTo(copy);
        }
        while (!Content(part).SequenceEqual(copy));

        bool isDone = (part.Protection == (PROT_READ | PROT_WRITE) || LibC.mprotect(pages, length, part.Protection) == 0)
            && (nint)LibC.mremap(pages, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, (void*)part.Address) != -1;
        if (!isDone)
        {
            var reason = new PosixException($"mremap({part.Path})", Marshal.GetLastPInvokeError());
            _ = LibC.munmap(pages, length);
            throw reason;
        }
    }

    private static ReadOnlySpan<byte> Content(FileMapping mapping) => new((void*)mapping.Address, checked((int)mapping.Length));
}
