using ProcManager.FastCgi.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Direct;

/// <summary>Which connections are taken, and which are watched.</summary>
internal sealed partial class DirectLoop
{
    // Only a kept connection is given up for a new one. When no connection is only kept, new connections wait in the queue.
    private bool HasRoom()
    {
        if (_table.Count < _options.MaxConnections || _table.OneToGiveUp() is not null)
        {
            return true;
        }

        _complaints.Tell(Complaint.Full, Complaints.Full(_options));
        return false;
    }

    private FastCgiRequest? Open(int fd, long now)
    {
        if (_allowed is not null && Connections.PeerAddress(fd) is { } peer && !_allowed.Contains(peer))
        {
            _complaints.Tell(Complaint.Address, $"{peer} may not connect; FCGI_WEB_SERVER_ADDRS and {nameof(FastCgiOptions.AllowedAddresses)} do not name it");
            Descriptors.Close(fd);
            return null;
        }

        if (_table.Count >= _options.MaxConnections && _table.OneToGiveUp() is { } idle)
        {
            Close(idle);
        }

        _gate!.CountConnections(1);
        return Advance(_table.Open(fd, now), isNew: true);
    }

    // Nothing more to do now: the gate tells when bytes come.
    private void Park(DirectConnection connection)
    {
        if (connection.Protocol.IsInHeader && connection.Stage is Stage.Fresh or Stage.Idle)
        {
            connection.Stage = Stage.Header;
            _table.SetDeadline(connection, _options.HeaderTimeout);
        }

        Watch(connection);
    }

    private void Watch(DirectConnection connection)
    {
        if (!connection.IsWatched && _gate is { } gate)
        {
            gate.Watch(connection.Descriptor);
            connection.IsWatched = true;
            _table.WatchedCount++;
        }
    }
}
