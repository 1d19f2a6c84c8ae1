using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Standard output and error of this process, which processes that it starts inherit.</summary>
internal static unsafe class StandardOutputs
{
    private const int Output = 1;
    private const int Error = 2;
    private const int KCMP_FILE = 0;
    private const uint Mode = 0x1a0; // rw-r-----, less the umask

    /// <summary>The length and identity of the file that standard error is now.</summary>
    internal static FileIdentity? File => FileIdentity.OfDescriptor(Error);

    /// <summary>Opens a file to append to, or creates it. A symbolic link is refused with ELOOP, a FIFO without a reader with ENXIO. Throws <see cref="PosixException"/>.</summary>
    internal static int OpenForAppending(string path)
    {
        int fd = LibC.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, Mode);
        PosixException.ThrowIf(fd < 0, $"open({path})");
        return fd;
    }

    /// <summary>Other numbers for both, close-on-exec, for <see cref="Restore"/>.</summary>
    internal static (int Output, int Error) Save() => (Descriptors.Duplicate(Output, atLeast: 3), Descriptors.Duplicate(Error, atLeast: 3));

    /// <summary>Leads both elsewhere. Descriptors that were made from them before are led there too: <see cref="Console"/> makes such copies when it is first used.</summary>
    /// <param name="output">The open file for standard output.</param>
    /// <param name="error">The open file for standard error.</param>
    /// <param name="keep">Copies that stay as they are.</param>
    internal static void Lead(int output, int error, (int Output, int Error)? keep = null)
    {
        List<(int Fd, int To)> copies = [.. CopiesOf(Output).Select(fd => (fd, output)), .. CopiesOf(Error).Select(fd => (fd, error))];
        foreach ((int fd, int to) in copies.Where(c => c.Fd != output && c.Fd != error && c.Fd != keep?.Output && c.Fd != keep?.Error))
        {
            Descriptors.Replace(fd, to);
        }

        PosixException.ThrowIf(LibC.dup3(output, Output, 0) < 0, $"dup3({output}, {Output})");
        PosixException.ThrowIf(LibC.dup3(error, Error, 0) < 0, $"dup3({error}, {Error})");
    }

    /// <summary>Sets the file mode creation mask of this process; gives the one before.</summary>
    internal static uint SetUmask(uint mask) => LibC.umask(mask);

    /// <summary>The file that standard error is now belongs to that user from now on.</summary>
    internal static void Give(uint user, uint group) => PosixException.ThrowIf(LibC.fchownat(Error, "", user, group, AT_EMPTY_PATH) < 0, $"fchown({Error})");

    /// <summary>Both to /dev/null.</summary>
    internal static void LeadToNull()
    {
        int none = LibC.open("/dev/null", O_RDWR | O_CLOEXEC, 0);
        PosixException.ThrowIf(none < 0, "open(/dev/null)");
        Lead(none, none);
        Descriptors.Close(none);
    }

    /// <summary>Takes back <see cref="Lead"/>, and closes what <see cref="Save"/> has opened.</summary>
    internal static void Restore((int Output, int Error) saved)
    {
        Lead(saved.Output, saved.Error);
        Descriptors.Close(saved.Output);
        Descriptors.Close(saved.Error);
    }

    /// <summary>Descriptors of this process that share the open file of a standard one; see kcmp(2). Where the kernel does not tell, as in some containers, those of the same file.</summary>
    private static List<int> CopiesOf(int standard)
    {
        int self = Environment.ProcessId;
        FileIdentity? its = FileIdentity.OfDescriptor(standard);
        bool isNull = its is null || its.Value.IsSameFileAs(FileIdentity.OfTarget("/dev/null"));
        bool tells = SYS_kcmp > 0 && LibC.kcmp(SYS_kcmp, self, self, KCMP_FILE, standard, standard) == 0;
        var copies = new List<int>();
        foreach (string name in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(name.AsSpan()), out int fd) && fd > Error
                && (tells ? LibC.kcmp(SYS_kcmp, self, self, KCMP_FILE, fd, standard) == 0 : !isNull && its!.Value.IsSameFileAs(FileIdentity.OfDescriptor(fd))))
            {
                copies.Add(fd);
            }
        }

        return copies;
    }
}
