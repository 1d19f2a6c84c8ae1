using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace ProcManager.Worker;

/// <summary>
/// The result of an AcceptAsync that had to wait. It is taken inside the host's own flow of calls, whatever thread or context the host goes on in; so the
/// connection in hand is known there, and a request that begins later in this flow is known to be the connection's.
/// </summary>
internal sealed class AcceptResult : IValueTaskSource<Socket?>
{
    private ManualResetValueTaskSourceCore<Socket?> _core;

    internal static ValueTask<Socket?> Of(ValueTask<AcceptedSocket?> accept)
    {
        var result = new AcceptResult();
        result.CompleteAfter(accept);
        return new ValueTask<Socket?>(result, result._core.Version);
    }

    public Socket? GetResult(short token)
    {
        Socket? connection = _core.GetResult(token);
        (connection as AcceptedSocket)?.InHand.Enter();
        return connection;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private async void CompleteAfter(ValueTask<AcceptedSocket?> accept)
    {
        try
        {
            _core.SetResult(await accept.ConfigureAwait(false));
        }
        catch (Exception e)
        {
            _core.SetException(e);
        }
    }
}
