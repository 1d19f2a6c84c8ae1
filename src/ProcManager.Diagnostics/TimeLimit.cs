namespace ProcManager.Diagnostics;

/// <summary>An end for work that may hang: the wait ends in time even when the work does not.</summary>
internal sealed class TimeLimit : IDisposable
{
    internal static readonly TimeSpan None = Timeout.InfiniteTimeSpan;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(20); // what a timer can count

    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;

    internal TimeLimit(TimeSpan length, CancellationToken caller)
    {
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Length = length == None ? None : TimeSpan.FromTicks(Math.Clamp(length.Ticks, 0, Longest.Ticks));
        _source.CancelAfter(Length);
    }

    internal TimeSpan Length { get; }

    /// <exception cref="TimeoutException">The time is over; the work may go on for a while, on a thread of its own.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    internal T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        CancellationToken token = _source.Token;
        try
        {
            return Task.Run(() => work(token), token).WaitAsync(token).GetAwaiter().GetResult();
        }
        catch (Exception) when (_caller.IsCancellationRequested)
        {
            throw new OperationCanceledException(_caller);
        }
        catch (Exception e) when (token.IsCancellationRequested || e is OperationCanceledException)
        {
            // A stream that was closed under its reader fails in many ways; all mean this. So does a limit of a library's own.
            throw new TimeoutException("The time is over.", e);
        }
    }

    public void Dispose() => _source.Dispose();
}
