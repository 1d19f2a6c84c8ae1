namespace ProcManager.Runtime;

/// <summary>Whether a crashing runtime is writing a dump of its memory. The runtime starts a process for that, <c>createdump</c>, and waits for it.</summary>
internal static class CrashDump
{
    private const string Writer = "createdump";

    internal static bool IsBeingWritten(int pid)
    {
        try
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                foreach (string child in ReadOrEmpty(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (ReadOrEmpty($"/proc/{child}/comm").TrimEnd() == Writer)
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
