using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Commands;

/// <summary>
/// Waits for events of descriptors without a thread for each: one thread polls for all. Checks of local sockets rarely wait, so the thread begins with the first wait. It stays until the process ends.
/// </summary>
internal static class DescriptorWaits
{
    private static readonly Lock Changing = new();
    private static readonly List<Waiting> All = [];
    private static WakePipe? _wake;

    /// <summary>Waits for any of these poll(2) events of either descriptor; -1 stands for none. Neither may be closed before the task ends.</summary>
    /// <returns>True: an event came. False: the time is over, or the wait was cancelled.</returns>
    internal static async Task<bool> WaitAsync(int fd, int otherFd, short events, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        var waiting = new Waiting(fd, otherFd, events, Monotonic.Now + timeout);
        lock (Changing)
        {
            All.Add(waiting);
            if (_wake is null)
            {
                _wake = new WakePipe();
                new Thread(Run, 256 * 1024) { IsBackground = true, Name = "service checks" }.Start();
            }
        }

        _wake.Wake();
        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
        {
            waiting.IsCancelled = true;
            _wake.Wake();
        });
        return await waiting.Done.Task.ConfigureAwait(false);
    }

    private static void Run()
    {
        PollFd[] polled = [];
        var waiting = new List<Waiting>();
        while (true)
        {
            waiting.Clear();
            lock (Changing)
            {
                waiting.AddRange(All);
            }

            int count = 1 + (2 * waiting.Count);
            if (polled.Length < count)
            {
                polled = new PollFd[count * 2];
            }

            polled[0] = new PollFd { Fd = _wake!.Descriptor, Events = Constants.POLLIN };
            for (int i = 0; i < waiting.Count; i++)
            {
                polled[1 + (2 * i)] = new PollFd { Fd = waiting[i].Fd, Events = waiting[i].Events };
                polled[2 + (2 * i)] = new PollFd { Fd = waiting[i].OtherFd, Events = waiting[i].Events };
            }

            Connections.WaitForAny(polled.AsSpan(0, count), MillisecondsToNext(waiting));
            _wake.Clear();
            for (int i = 0; i < waiting.Count; i++)
            {
                Complete(waiting[i], (polled[1 + (2 * i)].Returned | polled[2 + (2 * i)].Returned) != 0);
            }
        }
    }

    private static void Complete(Waiting waiting, bool hasEvent)
    {
        if (!hasEvent && !waiting.IsCancelled && Monotonic.Now < waiting.Until)
        {
            return;
        }

        lock (Changing)
        {
            All.Remove(waiting);
        }

        waiting.Done.SetResult(hasEvent);
    }

    /// <summary>-1: for ever. Rounded up, so that a wait does not end as a row of waits of no time.</summary>
    private static int MillisecondsToNext(List<Waiting> waiting)
    {
        if (waiting.Count == 0)
        {
            return -1;
        }

        TimeSpan next = waiting.Min(static w => w.IsCancelled ? TimeSpan.Zero : w.Until) - Monotonic.Now;
        return (int)Math.Clamp(Math.Ceiling(next.TotalMilliseconds), 0, int.MaxValue);
    }

    private sealed record Waiting(int Fd, int OtherFd, short Events, TimeSpan Until)
    {
        internal TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal volatile bool IsCancelled;
    }
}
