using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Transports;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Async;

/// <summary>The connections that are being served.</summary>
internal sealed class OpenConnections
{
    private readonly HashSet<IServedConnection> _open = [];
    private readonly object _changed = new();

    internal int Count
    {
        get
        {
            lock (_changed)
            {
                return _open.Count;
            }
        }
    }

    internal void Add(SocketTransport transport, IAsyncHost host, Complaints complaints, AcceptGate gate, Reservation? place)
    {
        IServedConnection connection = host.Options.Multiplex && !host.IsOneAtATime ? new MultiplexedConnection(transport, host, complaints) : new AsyncConnection(transport, host, complaints);
        connection.Place = place;
        lock (_changed)
        {
            _open.Add(connection);
        }

        gate.CountConnections(1);
        _ = Task.Run(() => ServeAsync(connection, host, complaints, gate));
    }

    /// <summary>Whether one more connection may come: there are fewer, or a kept connection can be given up.</summary>
    internal bool HasRoom(int most)
    {
        lock (_changed)
        {
            return _open.Count < most || _open.Any(static c => c.IdleSince is not null);
        }
    }

    /// <summary>Makes room: gives up the kept connection that has waited longest for a request.</summary>
    internal void GiveUpOne()
    {
        lock (_changed)
        {
            _open.Where(static c => c.IdleSince is not null).MinBy(static c => c.IdleSince)?.GiveUp();
        }
    }

    internal void CloseAll()
    {
        lock (_changed)
        {
            foreach (IServedConnection connection in _open)
            {
                connection.Close();
            }
        }
    }

    internal void WaitUntilEmpty()
    {
        lock (_changed)
        {
            while (_open.Count > 0)
            {
                Monitor.Wait(_changed);
            }
        }
    }

    private async Task ServeAsync(IServedConnection connection, IAsyncHost host, Complaints complaints, AcceptGate gate)
    {
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            complaints.Tell(Complaint.Protocol, $"a connection is given up: {e.Message}");
        }
        finally
        {
            connection.Dispose();
            gate.CountConnections(-1);
            connection.Place?.GiveBack();
            lock (_changed)
            {
                _open.Remove(connection);
                Monitor.PulseAll(_changed);
            }

            host.RoomMade();
        }
    }
}
