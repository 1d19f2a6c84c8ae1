using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// A .NET process that is killed leaves its diagnostics socket and debugger pipes in the temp folder. Their names hold pid and
/// start time, so they can be removed without touching anybody else's.
/// </summary>
internal static class DiagnosticsLitter
{
    /// <summary>A program compiled ahead without event sources, as it is by default, has no diagnostics port.</summary>
    private static readonly bool LeavesFiles = !Platform.IsCompiledAhead || !AppContext.TryGetSwitch("System.Diagnostics.Tracing.EventSource.IsSupported", out bool supported) || supported;

    /// <summary>Field 22 of proc(5)'s stat, which is still there for a process not yet reaped. Null: there is no such process, or this program's processes leave nothing.</summary>
    internal static string? StartTime(int pid) => LeavesFiles && ProcFs.StartTime(pid) is > 0 and var ticks ? ticks.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>
    /// Removes the folder of a capturing process that was killed, with its trace. In the folder for temporary files any user can make a folder of that name.
    /// So it must be this user's, and its files are removed through the open folder, not by paths.
    /// </summary>
    /// <param name="pid">The process that was killed.</param>
    /// <param name="other">As whom it ran; null: as this process.</param>
    /// <param name="tempFolder">Where the process had its temporary files; null: where this one has them.</param>
    internal static void RemoveCapture(int pid, Credentials? other = null, string? tempFolder = null)
    {
        foreach (string path in Captures(pid, tempFolder ?? Path.GetTempPath()))
        {
            try
            {
                using var folder = OpenFolder.Open(path, follow: false);
                if (folder.Identity is not { } identity || identity.Owner != (other?.User ?? LibC.geteuid()))
                {
                    continue;
                }

                foreach (string name in folder.Names())
                {
                    _ = folder.Unlink(name);
                }

                (string parentPath, string own) = OpenFolder.Split(path);
                using var parent = OpenFolder.Open(parentPath);
                _ = parent.RemoveEmptyFolder(own);
            }
            catch (PosixException)
            {
                // Litter, as below.
            }
        }
    }

    /// <param name="pid">The process that was killed.</param>
    /// <param name="startTime">As of <see cref="StartTime"/>.</param>
    /// <param name="folder">Its folder for temporary files; null: as of this process.</param>
    internal static void Remove(int pid, string? startTime, string? folder = null)
    {
        if (startTime is null)
        {
            return;
        }

        foreach (string name in Names(pid, startTime))
        {
            try
            {
                File.Delete(Path.Combine(folder ?? Path.GetTempPath(), name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Litter; the next clean-up of the temp folder takes it.
            }
        }
    }

    /// <summary>Before this process acts as another user for good: as that one it must be able to remove its own files at its end.</summary>
    internal static void Give(int pid, Credentials other)
    {
        if (StartTime(pid) is not { } startTime)
        {
            return;
        }

        try
        {
            using var folder = OpenFolder.Open(Path.GetTempPath());
            foreach (string name in Names(pid, startTime))
            {
                folder.Give(name, other.User, other.Group);
            }
        }
        catch (PosixException)
        {
            // Without the folder there is nothing in it.
        }
    }

    private static string[] Names(int pid, string startTime)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{pid}-{startTime}");
        return [$"dotnet-diagnostic-{id}-socket", $"clr-debug-pipe-{id}-in", $"clr-debug-pipe-{id}-out"];
    }

    private static string[] Captures(int pid, string tempFolder)
    {
        try
        {
            return Directory.GetDirectories(tempFolder, string.Create(CultureInfo.InvariantCulture, $"procmanager-stacks-{pid}-*"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // somebody has removed the folder for temporary files, and what was in it
        }
    }
}
