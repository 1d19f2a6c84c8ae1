using System.Globalization;

namespace ProcManager.Diagnostics;

/// <summary>What the kernel says about a process. Everything is "not known" where there is no /proc.</summary>
internal static class TargetProcess
{
    /// <summary>False only when it is certain.</summary>
    internal static bool Exists(int pid) => !Directory.Exists("/proc/self") || (pid > 0 && Directory.Exists($"/proc/{pid}"));

    /// <summary>R, S, D, T, t, Z; null when it is not known.</summary>
    internal static char? State(int pid) => StateIn($"/proc/{pid}/stat");

    /// <summary>A state in words; null for the ordinary ones.</summary>
    internal static string? Trouble(char? state) => state switch
    {
        'T' => "it is stopped (state T); kill -CONT lets it go on",
        't' => "a debugger has stopped it (state t)",
        'D' => "it waits for a device or a file system (state D)",
        'Z' or 'X' => $"it has ended (state {state})",
        _ => null,
    };

    /// <summary>The name and the process id, as the text has them.</summary>
    internal static string Named(int pid)
    {
        string name = Name($"/proc/{pid}/comm");
        return string.Create(CultureInfo.InvariantCulture, $"process {pid}{(name.Length == 0 ? "" : $" ({name})")}");
    }

    internal static string ThreadName(int pid, int thread) => Name($"/proc/{pid}/task/{thread}/comm");

    /// <summary>All threads, for when the runtime says nothing: name, state and the place in the kernel where each waits.</summary>
    internal static IReadOnlyList<KernelThread> Threads(int pid)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{pid}/task")
                .Select(static d => new KernelThread(int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture), Name(d + "/comm"), StateIn(d + "/stat"), Name(d + "/wchan")))
                .OrderBy(static t => t.ThreadId)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static char? StateIn(string file)
    {
        string stat = Read(file);
        int name = stat.LastIndexOf(')'); // it may hold anything, also a parenthesis
        return name >= 0 && name + 2 < stat.Length ? stat[name + 2] : null;
    }

    private static string Name(string file) => MethodName.OneLine(Read(file).Trim());

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <param name="ThreadId">Its number in the system.</param>
/// <param name="Name">Its name there.</param>
/// <param name="State">R runs, S waits, D waits for a device, T is stopped.</param>
/// <param name="Place">The function of the kernel in which it waits; empty or 0 when that is not told.</param>
internal sealed record KernelThread(int ThreadId, string Name, char? State, string Place);
