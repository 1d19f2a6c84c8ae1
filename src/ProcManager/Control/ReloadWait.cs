namespace ProcManager.Control;

/// <summary>
/// Finds the outcome of one reload among the events of a pool. The request lies between two marks: what is told between them is its answer. Nothing there means that another reload runs; then this one is the next to begin.
/// </summary>
internal sealed class ReloadWait
{
    private bool _isBetween;
    private bool _isAnswered;
    private int? _generation;

    internal static PoolEvent Before { get; } = new("before");

    internal static PoolEvent After { get; } = new("after");

    /// <summary>Takes the next event. Gives back the outcome once it is known.</summary>
    internal PoolEvent? Take(PoolEvent happened)
    {
        if (ReferenceEquals(happened, Before))
        {
            _isBetween = true;
        }
        else if (ReferenceEquals(happened, After))
        {
            _isBetween = false;
            _isAnswered = true;
        }
        else if (happened.Name == PoolEvent.ReloadBegan && _generation is null && (_isBetween || _isAnswered))
        {
            _generation = happened.Generation;
        }
        else if (happened.Name == PoolEvent.ReloadFinished)
        {
            return (happened.IsRefusal ? _isBetween : happened.Generation == _generation) ? happened : null;
        }

        return null;
    }

    /// <summary>The request was taken and nothing has begun.</summary>
    internal bool IsQueued => _isAnswered && _generation is null;
}
