using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>Starts a command; gives the process's number, or throws.</summary>
internal delegate int SpawnCall(ServiceCommand command, IEnumerable<KeyValuePair<string, string>> facts, int? input, int output);

/// <summary>
/// A start on a thread of its own: it asks the user database and file systems, which may hang, as when a directory server does not answer. Nothing else waits for it. Of one service one start at a time is under way.
/// </summary>
internal sealed class PendingStart
{
    internal const string Hangs = "an earlier start of it still hangs; the user database or a file system may not answer";

    private const int StackSize = 256 * 1024;

    private volatile bool _isOver;
    private volatile bool _isAbandoned;

    private PendingStart()
    {
    }

    internal bool IsOver => _isOver;

    /// <summary>Begins a start. Its answer comes on the loop's thread, unless it is abandoned.</summary>
    /// <param name="loop">The keeper's loop.</param>
    /// <param name="spawn">Starts the process.</param>
    /// <param name="output">Where its output goes; closed here.</param>
    /// <param name="started">Gets the process's number.</param>
    /// <param name="failed">Gets why there is no process.</param>
    internal static PendingStart Begin(KeeperLoop loop, Func<int, int> spawn, int output, Action<int> started, Action<string> failed)
    {
        var start = new PendingStart();
        new Thread(() => start.Run(loop, spawn, output, started, failed), StackSize) { IsBackground = true, Name = "procmanager start" }.Start();
        return start;
    }

    /// <summary>It has taken too long: no answer comes, and a process that comes of it is killed.</summary>
    internal void Abandon() => _isAbandoned = true;

    private void Run(KeeperLoop loop, Func<int, int> spawn, int output, Action<int> started, Action<string> failed)
    {
        int pid = 0;
        string problem = "";
        try
        {
            pid = spawn(output);
        }
        catch (Exception e) // whatever it is, the brain waits for an answer
        {
            problem = e.Message.TrimEnd('.');
        }
        finally
        {
            Descriptors.Close(output);
        }

        if (_isAbandoned)
        {
            End(pid);
            return;
        }

        loop.Post(() =>
        {
            if (_isAbandoned)
            {
                End(pid);
                return;
            }

            _isOver = true;
            if (pid > 0)
            {
                started(pid);
            }
            else
            {
                failed(problem);
            }
        });
    }

    /// <summary>It is over when the process has ended: of one service two processes do not run at once.</summary>
    private void End(int pid)
    {
        if (pid > 0)
        {
            UnwatchedChild.End(pid, () => _isOver = true);
        }
        else
        {
            _isOver = true;
        }
    }
}
