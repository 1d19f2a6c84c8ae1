using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;

namespace ProcManager.Runtime;

/// <summary>What <c>/proc</c> tells of each thread of a process: state, where it waits in the kernel, its system call. Works for any process, whatever it does.</summary>
internal static class ThreadReport
{
    private const int MostThreads = 64;

    internal static string Of(int pid)
    {
        var text = new StringBuilder();
        int count = 0;
        foreach (string thread in Threads(pid))
        {
            if (++count > MostThreads)
            {
                continue;
            }

            string id = Path.GetFileName(thread);
            text.Append(CultureInfo.InvariantCulture, $"\n  thread {id} {Read(thread, "comm")}: state {State(thread)}, waits in {Or(Read(thread, "wchan"), "0", "-")}, system call {Or(Read(thread, "syscall"), "", "not told")}");
        }

        return count == 0 ? $"nothing is known of the threads of process {pid}"
            : $"{count} {Words.Of(count, "thread")} of process {pid}:{text}{(count > MostThreads ? $"\n  and {count - MostThreads} more" : "")}";
    }

    /// <summary>D when the kernel holds one of its threads, or else R when one runs or would like to; else the state that was given.</summary>
    internal static char StateOf(int pid, char otherwise)
    {
        char[] states = [.. Threads(pid).Take(MostThreads).Select(State)];
        return states.Contains('D') ? 'D' : states.Contains('R') ? 'R' : otherwise;
    }

    /// <summary>The whole process is stopped (SIGSTOP) or traced.</summary>
    internal static bool IsStopped(int pid) => State(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")) is 'T' or 't';

    private static string[] Threads(int pid)
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static char State(string thread)
    {
        string stat = Read(thread, "stat");
        int name = stat.LastIndexOf(')');
        return name >= 0 && name + 2 < stat.Length ? stat[name + 2] : '?';
    }

    private static string Or(string text, string nothing, string otherwise) => text.Length == 0 || text == nothing ? otherwise : text;

    private static string Read(string thread, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, file)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended, or it may not be read
        }
    }
}
