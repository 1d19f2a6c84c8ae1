using ProcManager.Diagnostics;
using ProcManager.Runtime;

namespace ProcManager;

/// <content>The files of the manager: its pid file, and those of unix sockets. Manager process.</content>
public partial class ProcessManager
{
    private void RenewListeners()
    {
        foreach ((string name, string path, string? failure) in _listeners.Renew())
        {
            if (failure is null)
            {
                Log.ListenerRenewed(_log, name, path);
                StoreAgain(name);
            }
            else
            {
                Log.ListenerNotRenewed(_log, name, path, failure);
            }
        }

        RenewOwnSockets();
    }

    private PidFile? AcquirePidFile(string? path)
    {
        try
        {
            if (path is null)
            {
                _ = _launch is { PidFile: >= 0 and var left } ? PidFile.TakeOver(null, left) : null;
                return null;
            }

            PidFile? same = _launch is { PidFile: >= 0 and var fd } ? PidFile.TakeOver(path, fd) : null;
            PidFile file = same ?? PidFile.Acquire(path);
            if (file.NotLocked is { } reason)
            {
                Log.PidFileNotLocked(_log, reason);
            }

            return file;
        }
        catch (PosixException e) when (_starter is null or { IsOver: true })
        {
            Log.PidFileNotWritten(_log, e.Message);
            return null;
        }
        catch (PosixException e)
        {
            // Without its number no script can stop a process that has detached itself.
            throw new ProcManagerConfigurationException([$"{ProcessManagerOptions.SectionName}:{nameof(Options.PidFile)} cannot be written, and with {nameof(Options.Detach)} it is how the process is found: {e.Message}. Name a file in a folder that this user may write to."]);
        }
    }
}
