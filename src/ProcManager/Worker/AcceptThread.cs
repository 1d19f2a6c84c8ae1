using System.Collections.Concurrent;
using System.Net.Sockets;

namespace ProcManager.Worker;

/// <summary>
/// AcceptAsync: a thread of its own waits at the gate, only while somebody awaits. The runtime's own asynchronous accept would
/// wake every idle worker for each connection, and needs a thread pool that has not run dry.
/// </summary>
internal sealed class AcceptThread
{
    private readonly AcceptGate _gate;
    private readonly BlockingCollection<TaskCompletionSource<Socket?>> _waiting = [];

    internal AcceptThread(AcceptGate gate)
    {
        _gate = gate;
        new Thread(Run, 256 * 1024) { IsBackground = true, Name = "procmanager accept" }.Start();
    }

    internal async ValueTask<Socket?> NextAsync(CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource<Socket?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(_gate.Cancel);
        _waiting.Add(source, CancellationToken.None);
        return await source.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        foreach (TaskCompletionSource<Socket?> source in _waiting.GetConsumingEnumerable())
        {
            try
            {
                source.SetResult(_gate.Wait());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                source.SetException(e);
            }
        }
    }
}
