using System.Diagnostics;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Async;

/// <summary>Whether one more connection can be taken, and the places that new ones have for their first requests.</summary>
internal sealed partial class AsyncEngine
{
    public void RoomMade()
    {
        if (_isFull)
        {
            _isFull = false;
            _gate?.Cancel();
        }
    }

    // Only a kept connection is given up for a new one. When no connection is only kept, new connections wait in the queue.
    private bool HasRoom()
    {
        if (_connections.HasRoom(Options.MaxConnections))
        {
            return true;
        }

        _complaints.Tell(Complaint.Full, Complaints.Full(Options));
        _isFull = true;
        return _connections.HasRoom(Options.MaxConnections); // a connection may have gone just before
    }

    private void NoteFull()
    {
        if (_places.AreAllTaken)
        {
            Volatile.Write(ref _fullAt, Environment.TickCount64);
        }
    }

    private void EndReservations()
    {
        while (_reserved.TryPeek(out (Reservation Place, SocketTransport Transport, long Since) oldest) && Stopwatch.GetElapsedTime(oldest.Since) >= Patience)
        {
            _reserved.Dequeue();

            // When something has come, the request is only late and will use its place. The end of the connection gives the place back, too.
            if (!oldest.Place.IsOver && oldest.Transport.IsSilent)
            {
                oldest.Place.GiveBack();
            }
        }
    }

    // Null when a kept connection has just taken the last place: the request then waits for its turn.
    private Reservation? Reserve(SocketTransport transport)
    {
        if (!_places.TryTake())
        {
            return null;
        }

        NoteFull();

        var place = new Reservation(_places);
        _reserved.Enqueue((place, transport, Stopwatch.GetTimestamp()));
        return place;
    }
}
