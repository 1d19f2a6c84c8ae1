using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// A .NET process that is killed leaves its diagnostics socket and debugger pipes in the temp folder. Their names hold pid and
/// start time, so they can be removed without touching anybody else's.
/// </summary>
internal static class DiagnosticsLitter
{
    /// <summary>Field 22 of proc(5)'s stat, which is still there for a process not yet reaped.</summary>
    internal static string? StartTime(int pid) => ProcFs.StartTime(pid) is > 0 and var ticks ? ticks.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>
    /// Removes the folder of a capturing process that was killed, with its trace. In the folder for temporary files any user can make a folder of that name.
    /// So it must be this user's, and its files are removed through the open folder, not by paths.
    /// </summary>
    internal static void RemoveCapture(int pid)
    {
        foreach (string path in Captures(pid))
        {
            try
            {
                using var folder = OpenFolder.Open(path, follow: false);
                if (folder.Identity is not { } identity || identity.Owner != LibC.geteuid())
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

    internal static void Remove(int pid, string? startTime)
    {
        if (startTime is null)
        {
            return;
        }

        string folder = Path.GetTempPath();
        string id = string.Create(CultureInfo.InvariantCulture, $"{pid}-{startTime}");
        foreach (string name in new[] { $"dotnet-diagnostic-{id}-socket", $"clr-debug-pipe-{id}-in", $"clr-debug-pipe-{id}-out" })
        {
            try
            {
                File.Delete(Path.Combine(folder, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Litter; the next clean-up of the temp folder takes it.
            }
        }
    }

    private static string[] Captures(int pid)
    {
        try
        {
            return Directory.GetDirectories(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"procmanager-stacks-{pid}-*"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // somebody has removed the folder for temporary files, and what was in it
        }
    }
}
