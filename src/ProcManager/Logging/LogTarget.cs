using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Logging;

/// <summary>
/// Which file may be a log: a regular one, never by way of a symbolic link. In a folder that another user may change, no file with a second name and no file of that user: it could be any file of ours, or be changed behind us.
/// </summary>
internal static class LogTarget
{
    /// <summary>At the start: a file that cannot be used is a mistake in the options. Throws <see cref="ProcManagerException"/>.</summary>
    internal static int OpenFirst(string path)
    {
        try
        {
            return Open(path);
        }
        catch (PosixException e)
        {
            throw new ProcManagerException($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.LogFile)} is {path}, which cannot be opened: {WhyNot(e)} Give the path of a regular file that this user may write, in a folder that is there.");
        }
    }

    /// <summary>To append to. Throws <see cref="PosixException"/>.</summary>
    internal static int Open(string path)
    {
        int fd = StandardOutputs.OpenForAppending(path);
        PosixException? problem = FileIdentity.OfDescriptor(fd) switch
        {
            not { IsRegular: true } => new PosixException($"open({path})", Errno.ENXIO),
            { Links: > 1 } file when FolderOf(path) is { } folder && (folder.IsWritableByOthers || !folder.IsOursOrRoots) => Refused(path, string.Create(CultureInfo.InvariantCulture, $"has {file.Links} names (hard links), in a folder that another user may change")),
            { IsOursOrRoots: false } file when FolderOf(path) is { IsWritableByAll: true } => Refused(path, string.Create(CultureInfo.InvariantCulture, $"belongs to another user ({file.Owner}), in a folder that every user may change")),
            _ => null,
        };
        if (problem is null)
        {
            return fd;
        }

        Descriptors.Close(fd);
        throw problem;
    }

    internal static string WhyNot(PosixException e) => e.Errno switch
    {
        Errno.ELOOP => "it is a symbolic link, which is not followed.",
        Errno.ENXIO => "it is not a regular file.",
        _ => e.Message,
    };

    private static FileIdentity? FolderOf(string path) => FileIdentity.OfTarget(OpenFolder.Split(path).Folder);

    private static PosixException Refused(string path, string why) => new($"open({path}), which {why} and is not written,", Errno.EPERM);
}
