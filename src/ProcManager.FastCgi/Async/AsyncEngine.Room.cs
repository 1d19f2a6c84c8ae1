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

    // A connection that is accepted is never given up for another one: when none is only kept, new ones wait in the queue.
    private bool HasRoom()
    {
        if (_connections.HasRoom(Options.MaxConnections))
        {
            return true;
        }

        _complaints.Tell(Complaint.Full, Complaints.Full(Options));
        _isFull = true;
        return _connections.HasRoom(Options.MaxConnections); // one may have gone just before
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

            // Where something has come the request is only late in its turn, and will use its place; so will the end of the connection.
            if (!oldest.Place.IsOver && oldest.Transport.IsSilent)
            {
                oldest.Place.GiveBack();
            }
        }
    }

    // None when a kept connection has just taken the last one: then the request waits here for its turn.
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
