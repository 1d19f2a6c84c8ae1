namespace ProcManager.FastCgi.Direct;

/// <summary>
/// Guesses whether the web server that has just had an answer has sent its next request already. If so, a look at its connection saves the wait for any.
/// The guess goes by the last looks. After a row of hits a wait comes in between, so that the other connections have their turn.
/// </summary>
internal struct Guess
{
    private const int RightInARow = 16;
    private const int WrongInARow = 2;
    private const int TriedAgainAfter = 32;

    private int _right;
    private int _wrong;
    private int _skipped;

    internal bool IsWorthIt
    {
        get
        {
            if (_right >= RightInARow)
            {
                _right = 0;
                return false;
            }

            return _wrong < WrongInARow || ++_skipped % TriedAgainAfter == 0;
        }
    }

    internal void Was(bool right)
    {
        _right = right ? _right + 1 : 0;
        _wrong = right ? 0 : _wrong + 1;
    }
}
