using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Snapshots;

/// <summary>The process of the service, while it still lives: what it waits for, its limits and its open files.</summary>
internal static class OwnProcessFacts
{
    private const int MaxFiles = 2000;

    internal static string Of(SeenProcess? process)
    {
        if (process is not { } seen || ProcFs.StartTime(seen.Pid) != seen.StartTime)
        {
            return "";
        }

        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{seen.Pid}");
        var text = new StringBuilder();
        foreach (string file in new[] { "status", "wchan", "stack", "limits", "cgroup", "oom_score", "oom_score_adj", "io" })
        {
            string content = ShortFiles.Read($"{folder}/{file}").TrimEnd();
            if (content.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{file}:\n{content}\n\n");
            }
        }

        text.Append("open files:\n");
        foreach ((string number, string target) in OpenFiles(seen.Pid).Take(MaxFiles))
        {
            text.Append(CultureInfo.InvariantCulture, $"{number} {Printable.Of(target)}\n");
        }

        return text.ToString();
    }

    /// <summary>The numbers and files that a process has open; none when this user may not know.</summary>
    internal static IEnumerable<(string Number, string Target)> OpenFiles(int pid)
    {
        string[] links;
        try
        {
            links = Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (string link in links.OrderBy(static l => l.Length).ThenBy(static l => l, StringComparer.Ordinal))
        {
            string? target = null;
            try
            {
                target = new FileInfo(link).LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // closed meanwhile
            }

            if (target is not null)
            {
                yield return (Path.GetFileName(link), target);
            }
        }
    }
}
