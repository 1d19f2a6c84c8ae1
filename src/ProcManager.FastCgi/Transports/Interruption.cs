using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Transports;

/// <summary>What may end a wait for the web server before its time: the caller's token, or the application that gives the request up.</summary>
internal readonly struct Interruption(Exchange? exchange, CancellationToken asked)
{
    internal Exchange? Exchange => exchange;

    /// <summary>Throws when the caller's token has fired.</summary>
    internal void ThrowIfAsked() => asked.ThrowIfCancellationRequested();

    internal void ThrowIfInterrupted()
    {
        asked.ThrowIfCancellationRequested();
        if (exchange is { IsGivenUp: true })
        {
            throw new OperationCanceledException("The application has given the request up.");
        }
    }

    /// <summary>Both in one. Call this only before a wait: most waits never happen.</summary>
    internal CancellationToken Token(out CancellationTokenSource? linked)
    {
        linked = asked.CanBeCanceled && exchange is not null ? CancellationTokenSource.CreateLinkedTokenSource(asked, exchange.Stopped) : null;
        return linked?.Token ?? exchange?.Stopped ?? asked;
    }
}
