using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Posix;

public sealed class LifeLocks
{
    [Fact]
    public async Task The_end_of_the_thread_that_holds_it_wakes_whoever_waits()
    {
        using var go = new ManualResetEventSlim();
        nint word = Hold(go, out Thread holder);
        int alive = Value(word);
        alive.Should().NotBe(0);
        (alive & LifeLock.OwnerDied).Should().Be(0);

        Task<bool> waiting = Deadline.OnThread(() => WaitForChange(word, alive));
        go.Set();

        (await waiting.Within()).Should().BeTrue();
        holder.Join();
        (Value(word) & LifeLock.OwnerDied).Should().Be(LifeLock.OwnerDied);
    }

    [Fact]
    public unsafe void Waiting_for_a_word_that_is_another_already_returns_at_once()
    {
        int* words = stackalloc int[2];
        FutexWait* waits = stackalloc FutexWait[2];
        waits[0] = Futex.On(words, words[0]);
        waits[1] = Futex.On(words + 1, words[1] + 7);

        Futex.WaitAny(waits, 2).Should().BeTrue();
    }

    [Fact]
    public unsafe void A_kernel_that_refuses_is_told_from_a_wait_that_is_over()
    {
        FutexWait wait = default; // no address, no size: EINVAL

        Futex.WaitAny(&wait, 1).Should().BeFalse();
    }

    // As in a worker the memory is never freed: the kernel writes there at the end of the thread.
    private static unsafe nint Hold(ManualResetEventSlim go, out Thread holder)
    {
        byte* memory = (byte*)NativeMemory.AllocZeroed(LifeLock.Size);
        int at = -1;
        using var held = new ManualResetEventSlim();
        holder = new Thread(() =>
        {
            at = LifeLock.Hold(memory);
            held.Set();
            go.Wait();
        });
        holder.Start();
        held.Wait();
        at.Should().BeGreaterThanOrEqualTo(0);
        return (nint)(memory + at);
    }

    private static unsafe int Value(nint word) => Volatile.Read(ref *(int*)word);

    private static unsafe bool WaitForChange(nint word, int value)
    {
        FutexWait wait = Futex.On((int*)word, value);
        while (Value(word) == value)
        {
            if (!Futex.WaitAny(&wait, 1))
            {
                return false;
            }
        }

        return true;
    }
}
