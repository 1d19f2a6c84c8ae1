using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// The worker's end of its lifeline, read by a thread of its own: a word of the manager, and its death, are heard although every
/// thread of the pool is stuck and no signal handler runs.
/// </summary>
internal sealed class Lifeline(int descriptor)
{
    /// <summary>As a thread of the pool has on every system: what a host does when <c>Stopping</c> fires, or at its exit, is done here.</summary>
    private const int StackSize = 1536 * 1024;

    /// <summary>Returns when the thread has done what it is to do first, if anything.</summary>
    internal void Listen(Action? first, Action<byte> heard, Action managerGone)
    {
        using ManualResetEventSlim? begun = first is null ? null : new();
        var thread = new Thread(() =>
        {
            first?.Invoke();
            begun?.Set();
            Read(heard, managerGone);
        }, StackSize)
        {
            IsBackground = true,
            Name = "procmanager lifeline",
        };
        thread.Start();
        begun?.Wait();
    }

    /// <summary>The manager hears it when it next turns; one that is gone does not, and its death is noticed by the reader.</summary>
    internal void Say(byte word) => _ = Descriptors.TrySendByte(descriptor, word);

    private void Read(Action<byte> heard, Action managerGone)
    {
        Span<byte> buffer = stackalloc byte[16];
        int read;
        while ((read = Descriptors.Read(descriptor, buffer)) > 0)
        {
            foreach (byte word in buffer[..read])
            {
                heard(word);
            }
        }

        managerGone();
    }
}
