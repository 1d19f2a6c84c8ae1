using ProcManager.Posix;

namespace ProcManager.Worker;

/// <content>When this worker leaves a connection to the others.</content>
internal sealed partial class AcceptGate
{
    private const int MostCourtesies = 10;
    private const long Quiet = 100; // milliseconds
    private static readonly TimeSpan Courtesy = TimeSpan.FromMicroseconds(150);

    /// <summary>
    /// All places for requests are taken, or no more; see <see cref="IsClosed"/>. From any thread. The thread of the gate takes the listener out itself: done under
    /// its wait, that would lose a wake-up that has just come, and the connection would wait although another worker is idle.
    /// </summary>
    internal void SetFull(bool full, bool atTheGate)
    {
        _isFull = full;
        if (full && !atTheGate)
        {
            Descriptors.Wake(_cancelEnd);
        }
        else
        {
            _set.Set(NotListening.NoPlaces, full);
            if (!atTheGate && _set is PollSet)
            {
                Descriptors.Wake(_cancelEnd); // it looks at the listener before each wait only
            }
        }
    }

    private void TakeOutIfFull()
    {
        if (_isFull)
        {
            _set.Set(NotListening.NoPlaces, true);
            if (!_isFull)
            {
                _set.Set(NotListening.NoPlaces, false); // a place came free in between
            }
        }
    }

    // In a burst several workers are awake. A worker that has more open connections than its share lets the others take theirs first, as long as they do. Connections
    // of which none ends will stay, so it waits longer for a worker that waits for a processor. Where they end soon the shares differ all the time, and waiting costs more than it mends.
    private void LetOthersTake()
    {
        (int most, int looks) = Environment.TickCount64 - _dispatcher.Board.LastEnd > Quiet ? (0, 3) : (1, 1);
        long before = -1;
        int inVain = 0;
        for (int i = 0; i < MostCourtesies && _readable.Count == 0 && _dispatcher.Board.HasMoreThanItsShare(most, out long all); i++)
        {
            inVain = all > before ? 0 : inVain + 1;
            if (inVain == looks)
            {
                return;
            }

            before = all;
            Pauses.Sleep(Courtesy);
        }
    }

    // With connections that stay open each further one would come to the same worker. A worker whose connections are over at once is left at its place:
    // its caches are warm.
    private void LetOthersGoFirst()
    {
        if (_isFirst && _handed is null && _dispatcher.Board.Connections > 0)
        {
            _isFirst = false;
            _set.GoToTheEnd();
        }
    }
}
