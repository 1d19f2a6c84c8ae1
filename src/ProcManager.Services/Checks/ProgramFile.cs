using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>What a process runs, compared with a program file.</summary>
internal enum ProgramMatch
{
    /// <summary>It runs this program.</summary>
    Same,

    /// <summary>It runs another one.</summary>
    Other,

    /// <summary>This user may not know what it runs.</summary>
    Hidden,

    /// <summary>There is no such process, or it runs no program.</summary>
    None,
}

/// <summary>
/// A program file by the path that the user has given. A process runs it when its program is this very file, whatever links lead to it; or, after an upgrade, when the kernel says of its program that it was at this path and
/// has been removed or replaced. The path of a file that is there is not compared: a program in a container has the same path.
/// </summary>
internal sealed class ProgramFile(string path)
{
    private const int MaxNameOfProcess = 15;

    /// <summary>Without links; "" when the folder is not there.</summary>
    private string _resolved = "";

    internal string Path => path;

    /// <summary>What a process of this program is called in /proc unless it has named itself.</summary>
    internal string ProcessName { get; } = System.IO.Path.GetFileName(path) is { Length: > MaxNameOfProcess } name ? name[..MaxNameOfProcess] : System.IO.Path.GetFileName(path);

    /// <summary>The file that is there now; null: none.</summary>
    internal FileIdentity? Current()
    {
        FileIdentity? file = FileIdentity.OfTarget(path);
        if (file is not null && _resolved.Length == 0)
        {
            _resolved = Resolve();
        }

        return file;
    }

    /// <param name="pid">The process.</param>
    /// <param name="current">What <see cref="Current"/> gave.</param>
    internal ProgramMatch Compare(int pid, FileIdentity? current)
    {
        if (ProcFs.Executable(pid, out int errno) is not { } runs)
        {
            return errno is Errno.EACCES or Errno.EPERM ? ProgramMatch.Hidden : ProgramMatch.None;
        }

        if (current is { } file && file.IsSameFileAs(runs))
        {
            return ProgramMatch.Same;
        }

        return runs.Links == 0 && ProcFs.ExecutablePath(pid) is { } link && link.EndsWith(ProcFs.Removed, StringComparison.Ordinal) && IsThisPath(link[..^ProcFs.Removed.Length])
            ? ProgramMatch.Same
            : ProgramMatch.Other;
    }

    private bool IsThisPath(string old)
    {
        string resolved = Resolve();
        return old == path || old == resolved || (old == _resolved && _resolved.Length > 0);
    }

    /// <summary>The path without links. When the file is not there: of its folder.</summary>
    private string Resolve()
    {
        try
        {
            bool isLink = FileIdentity.OfPath(path) is { IsSymbolicLink: true };
            (string folder, string name) = OpenFolder.Split(isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : path);
            using var open = OpenFolder.Open(folder);
            return open.Path.TrimEnd('/') + "/" + name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProcManagerException or ArgumentException)
        {
            return "";
        }
    }
}
