namespace ProcManager.Runtime;

/// <summary>Whether a crashing runtime is writing a dump of its memory. The runtime starts a process for that, <c>createdump</c>, and waits for it.</summary>
internal static class CrashDump
{
    private const string Writer = "createdump";

    /// <summary>The runtime of this process, and so of the workers, writes a dump when it crashes; see the documentation of DOTNET_DbgEnableMiniDump.</summary>
    internal static bool IsEnabled => IsOn("DOTNET_DbgEnableMiniDump") || IsOn("COMPlus_DbgEnableMiniDump");

    /// <summary>A dump takes seconds, a look some microseconds a worker.</summary>
    internal static TimeSpan LookInterval => TimeSpan.FromMilliseconds(200);

    /// <summary>A dump is being written, for whatever reason: of a crash, for a tool, or for the watchdog's own ladder.</summary>
    internal static bool IsBeingWritten(int pid) => HasWriter(pid, static _ => true);

    /// <summary>The worker has crashed, and its dump is being written. For a crash the runtime tells createdump the thread and the signal.</summary>
    internal static bool OfACrash(int pid) => HasWriter(pid, static command => command.Contains("--crashthread", StringComparison.Ordinal) || command.Contains("--signal", StringComparison.Ordinal));

    private static bool HasWriter(int pid, Func<string, bool> isMeant)
    {
        try
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                foreach (string child in ReadOrEmpty(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (ReadOrEmpty($"/proc/{child}/comm").TrimEnd() == Writer && isMeant(ReadOrEmpty($"/proc/{child}/cmdline")))
                    {
                        return true;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is gone, or its threads may not be looked at: nothing is known of a dump.
        }

        return false;
    }

    private static bool IsOn(string variable) => Environment.GetEnvironmentVariable(variable) is "1";

    // A thread or a child may end at any moment.
    private static string ReadOrEmpty(string file)
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
