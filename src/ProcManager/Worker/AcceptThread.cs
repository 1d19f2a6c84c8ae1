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
    private readonly BlockingCollection<Waiter> _waiting = [];

    internal AcceptThread(AcceptGate gate)
    {
        _gate = gate;
        new Thread(Run, 256 * 1024) { IsBackground = true, Name = "procmanager accept" }.Start();
    }

    /// <summary>The next connection; null when it is time to leave, or when the wait was cancelled.</summary>
    internal async ValueTask<Socket?> NextAsync(CancellationToken cancellationToken)
    {
        var waiter = new Waiter();
        using CancellationTokenRegistration registration = cancellationToken.Register(_gate.Cancel);
        _waiting.Add(waiter, CancellationToken.None);
        return await waiter.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        foreach (Waiter waiter in _waiting.GetConsumingEnumerable())
        {
            try
            {
                GateNews news = _gate.Next(-1, out int fd);
                if (news == GateNews.Leave)
                {
                    LeavingThread.Run(waiter.Execute);
                    continue;
                }

                waiter.Connection = news == GateNews.Connection ? new Socket(new SafeSocketHandle(fd, ownsHandle: true)) : null;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                waiter.Failure = e;
            }

            _ = ThreadPool.UnsafeQueueUserWorkItem(waiter, preferLocal: false);
        }
    }

    /// <summary>Goes on on the thread that completes it, which is never the gate's: what the host does next may take long, and need more than a small stack.</summary>
    private sealed class Waiter : TaskCompletionSource<Socket?>, IThreadPoolWorkItem
    {
        internal Socket? Connection { get; set; }

        internal Exception? Failure { get; set; }

        public void Execute()
        {
            if (Failure is { } failure)
            {
                SetException(failure);
            }
            else
            {
                SetResult(Connection);
            }
        }
    }
}
