using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Control;

/// <summary>
/// Accepts clients on the control socket: one thread for all that come, and one for each client that is there. Only this process's own user and root are answered; the kernel says which user connects (SO_PEERCRED, unix(7)).
/// </summary>
/// <param name="listener">The socket; disposed with its file at the end.</param>
/// <param name="serve">Serves one client until it goes, on the client's thread.</param>
/// <param name="owner">Whose user may ask, for the refusal of others: "manager".</param>
/// <param name="log">The log.</param>
internal sealed class ControlServer(UnixListener listener, Action<ControlConnection> serve, string owner, ILogger log) : IDisposable
{
    private const int StackSize = 256 * 1024;
    private const int MaxClients = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HashSet<ControlConnection> _clients = [];
    private readonly WakePipe _wake = new();
    private volatile bool _isOver;

    internal bool TryStart()
    {
        if (TryThread("control", Run))
        {
            return true;
        }

        StatusLog.NoControlThread(log);
        Dispose();
        _wake.Dispose();
        return false;
    }

    public void Dispose()
    {
        if (_isOver)
        {
            return; // the number of a closed listener may be another file's by now
        }

        _isOver = true;
        _wake.Wake();
        listener.Dispose(); // with its file
        lock (_clients)
        {
            foreach (ControlConnection client in _clients)
            {
                client.End();
            }
        }
    }

    /// <summary>The socket was bound again: the thread waits for the new one from now on.</summary>
    internal void ListenAgain() => _wake.Wake();

    private void Run()
    {
        int fd = (int)listener.Handle;
        while (!_isOver)
        {
            try
            {
                if (Connections.WaitFor(fd, Constants.POLLIN, -1, _wake.Descriptor) == Connections.Woken)
                {
                    _wake.Clear();
                }
                else if (!_isOver)
                {
                    Admit(LocalSockets.Accept(fd, out bool isShort));
                    if (isShort)
                    {
                        Pauses.Sleep(Pause);
                    }
                }
            }
            catch (Exception e)
            {
                Tell(e);
                Pauses.Sleep(Pause); // what fails now would fail again at once
            }
        }

        _wake.Dispose();
    }

    private void Admit(int client)
    {
        if (client < 0)
        {
            return;
        }

        var connection = new ControlConnection(client);
        int clients = Remember(connection);
        string? refusal = !LocalSockets.IsPeerOursOrRoot(client) ? $"Only the {owner}'s own user and root may ask."
            : clients > MaxClients ? $"{MaxClients} clients are connected, which is the maximum."
            : null;
        if (refusal is null && TryThread("control client", () => Serve(connection)))
        {
            return;
        }

        connection.Write(json => Replies.Refuse(json, null, refusal ?? "No thread can be made for this client, as at a limit of threads or memory."));
        Forget(connection);
    }

    private void Serve(ControlConnection connection)
    {
        try
        {
            serve(connection);
        }
        catch (Exception e)
        {
            Tell(e);
        }
        finally
        {
            Forget(connection);
        }
    }

    private int Remember(ControlConnection connection)
    {
        lock (_clients)
        {
            _clients.Add(connection);
            return _clients.Count;
        }
    }

    private void Forget(ControlConnection connection)
    {
        lock (_clients)
        {
            _clients.Remove(connection);
        }

        connection.Dispose();
    }

    // An exception that leaves one of these threads would end the manager. For want of memory nothing is logged.
    private void Tell(Exception e)
    {
        if (!_isOver && e is not OutOfMemoryException)
        {
            StatusLog.ControlFailed(log, e);
        }
    }

    private static bool TryThread(string name, Action run)
    {
        try
        {
            new Thread(() => run(), StackSize) { IsBackground = true, Name = $"procmanager {name}" }.Start();
            return true;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            return false;
        }
    }
}
