using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// A piece of memory shared between manager and workers: a file without a name. One from memfd_create(2) can neither shrink nor grow,
/// so no worker can make another one fault; the file that stands for it in a sandbox has no such seal. Pages never touched cost nothing.
/// </summary>
internal sealed unsafe class SharedMemory
{
    private SharedMemory(int fd, byte* address, int length)
    {
        Fd = fd;
        Address = address;
        Length = length;
    }

    internal int Fd { get; }

    internal byte* Address { get; }

    internal int Length { get; }

    internal static SharedMemory Create(int length)
    {
        int fd = AnonymousFile.Open("procmanager-scoreboard", length);
        try
        {
            PosixException.ThrowIf(LibC.ftruncate(fd, length) < 0, "ftruncate(scoreboard)");
            if (OperatingSystem.IsLinux())
            {
                _ = LibC.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
            }

            return Map(fd, length);
        }
        catch
        {
            Descriptors.Close(fd);
            throw;
        }
    }

    internal static SharedMemory Map(int fd, int length) => Map(fd, length, PROT_READ | PROT_WRITE);

    /// <summary>The memory of another pool, for looking only.</summary>
    internal static SharedMemory MapToRead(int fd, int length) => Map(fd, length, PROT_READ);

    private static SharedMemory Map(int fd, int length, int protection)
    {
        // Memory beyond the end of a file can be mapped, but whoever touches it is killed.
        if (OperatingSystem.IsLinux() && LibC.lseek(fd, 0, SEEK_END) is var size && size < length)
        {
            throw new ProcManagerException(size < 0 ? $"Descriptor {fd} is not a scoreboard: it is no file." : $"Descriptor {fd} is not a scoreboard: it has {size} bytes, not {length}.");
        }

        void* address = LibC.mmap(null, (nuint)length, protection, MAP_SHARED, fd, 0);
        PosixException.ThrowIf((nint)address == -1, "mmap(scoreboard)");
        return new(fd, (byte*)address, length);
    }
}
