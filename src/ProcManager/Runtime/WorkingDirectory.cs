using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Where workers start. posix_spawn(3) has no portable way to say it, so the manager goes there: to the option's folder, looked up again at each start. When a
/// deploy has deleted the folder that the manager was started in, the manager goes to the folder that the path names now, or to the program's own.
/// </summary>
/// <param name="option">Absolute; null: where the manager is.</param>
/// <param name="start">The directory in which managing began, as the shell named it.</param>
/// <param name="program">The program's path.</param>
/// <param name="log">Gets the warning.</param>
internal sealed class WorkingDirectory(string? option, string start, string program, ILogger log)
{
    internal void Enter()
    {
        if (option is not null)
        {
            if (!TryEnter(option))
            {
                throw new PosixException($"chdir({option})", Errno.ENOENT);
            }
        }
        else if (!StartDirectory.IsThere())
        {
            string own = Path.GetDirectoryName(program) ?? "/";
            string? found = TryEnter(start) ? start : TryEnter(own) ? own : null;
            if (found is not null) // otherwise the worker starts all the same, if it can do without
            {
                Log.DirectoryDeleted(log, start, found);
            }
        }
    }

    private static bool TryEnter(string directory)
    {
        try
        {
            Environment.CurrentDirectory = directory;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
