using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <content>What becomes of the listeners when another process has them, too, or takes over.</content>
internal sealed partial class ListenerTable
{
    /// <summary>What a started process is to inherit.</summary>
    internal IReadOnlyList<InheritedListener> ToHandOver => [.. _listeners.Select(static l => new InheritedListener(l.Name, (int)l.Socket.Handle))];

    /// <summary>The listener that was opened first; null: there is none.</summary>
    internal Socket? First() => _listeners.Count > 0 ? _listeners[0].Socket : null;

    internal string? FirstName => _listeners.Count > 0 ? _listeners[0].Name : null;

    /// <summary>Names of the listeners that another program has bound.</summary>
    internal IReadOnlyList<string> BoundElsewhere => [.. _listeners.Where(static l => !l.Bound).Select(static l => l.Name)];

    /// <summary>What pid 1 says of the listeners that it has handed over, see <see cref="BoundElsewhere"/>.</summary>
    internal IReadOnlyList<string> BoundElsewhereByPid1 { get; init; } = [];

    /// <summary>The files of the unix sockets that were bound here, for a process that takes over.</summary>
    internal IReadOnlyList<SocketFile> Files => [.. _listeners.Select(static l => l.Socket).OfType<UnixListener>().Select(static u => u.AsSocketFile)];

    /// <summary>What the process before this one says of the files of its unix sockets, see <see cref="Files"/>.</summary>
    internal IReadOnlyList<SocketFile> FilesBefore { get; init; } = [];

    /// <summary>The listeners that were bound here are kept elsewhere beyond the end of this process: they are neither shut nor removed. Gives them.</summary>
    internal IReadOnlyList<InheritedListener> Keep()
    {
        InheritedListener[] kept = [.. _listeners.Where(static l => l.Bound).Select(static l => new InheritedListener(l.Name, (int)l.Socket.Handle))];
        for (int i = 0; i < _listeners.Count; i++)
        {
            (string name, Socket socket, _) = _listeners[i];
            if (socket is UnixListener unix)
            {
                unix.IsKept = true;
            }

            _listeners[i] = (name, socket, false);
        }

        return kept;
    }

    /// <summary>This program was only tried: what it has bound itself goes, and what it was given stays the manager's.</summary>
    internal void EndTrial()
    {
        foreach ((string name, Socket socket, _) in _listeners)
        {
            if (!inherited.Any(i => i.Name == name))
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Closes what this process was given and no listener has taken. Gives the names.</summary>
    internal IReadOnlyList<string> CloseLeft()
    {
        InheritedListener[] left = [.. inherited.Where(l => _listeners.All(o => o.Name != l.Name))];
        Array.ForEach(left, static l => Descriptors.Close(l.Descriptor));
        return [.. left.Select(static l => l.Name)];
    }

    /// <summary>This program is only tried: the files of the sockets that it was given are the manager's, however the trial ends.</summary>
    internal bool IsTrial { get; init; }

    /// <summary>Another process has taken over: this one leaves the sockets and their files alone.</summary>
    internal void LeaveToAnother() => _listeners.ForEach(static l => (l.Socket as UnixListener)?.LeaveFile());

    /// <summary>
    /// In a worker whose manager has died. Once every worker has done this, no client can connect here, and a new manager can bind the address. A shutdown(2)
    /// would end the socket for every process that shares it, so each worker closes its own.
    /// </summary>
    /// <param name="by">Takes the place of the opened listeners, so that the program's socket objects use nothing else.</param>
    internal void Abandon(int by)
    {
        foreach ((_, Socket socket, _) in _listeners)
        {
            bool held = false;
            try
            {
                socket.SafeHandle.DangerousAddRef(ref held);
                Descriptors.Replace((int)socket.SafeHandle.DangerousGetHandle(), by);
            }
            catch (ObjectDisposedException)
            {
                // the program has closed the listener itself
            }
            finally
            {
                if (held)
                {
                    socket.SafeHandle.DangerousRelease();
                }
            }
        }

        foreach (InheritedListener left in inherited.Where(l => _listeners.All(o => o.Name != l.Name)))
        {
            Descriptors.Close(left.Descriptor); // this program has no use for the listener
        }
    }
}
