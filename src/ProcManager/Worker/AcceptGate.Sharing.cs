using ProcManager.Posix;

namespace ProcManager.Worker;

/// <content>When this worker leaves a connection to the others.</content>
internal sealed partial class AcceptGate
{
    private const int MostCourtesies = 10;
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

    // In a burst several workers are awake. A worker that has more open connections than its share lets the others take theirs first, as long as they do.
    private void LetOthersTake()
    {
        long before = -1;
        for (int i = 0; i < MostCourtesies && _readable.Count == 0 && _dispatcher.Board.HasMoreThanItsShare(out long all) && all != before; i++)
        {
            before = all;
            Pauses.Sleep(Courtesy);
        }
    }

    // With connections that stay open each further one would come to the same worker. A worker whose connections are over at once is left at its place:
    // its caches are warm.
    private void LetOthersGoFirst()
    {
        if (_isFirst && _dispatcher.Board.Connections > 0)
        {
            _isFirst = false;
            _set.GoToTheEnd();
        }
    }
}
