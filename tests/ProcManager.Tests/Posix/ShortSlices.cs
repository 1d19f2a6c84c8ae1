using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public sealed unsafe partial class ShortSlices
{
    /// <summary>Before Linux 6.12 there is one slice for all, and the kernel tells 0.</summary>
    private static readonly bool HasSlices = Environment.OSVersion.Version >= new Version(6, 12);

    [Fact]
    public void A_thread_has_the_short_one_until_it_gives_it_back_and_its_nice_value_stays()
    {
        OnAThread(static () =>
        {
            (ulong Slice, int Nice, ulong Flags) before = Attributes();
            ShortSlice.Take(0, forGood: false);
            (ulong Slice, int Nice, ulong Flags) taken = Attributes();
            ShortSlice.GiveBack(0);
            (ulong Slice, int Nice, ulong Flags) after = Attributes();

            taken.Nice.Should().Be(before.Nice);
            after.Should().Be(before);
            if (HasSlices)
            {
                taken.Slice.Should().Be(100_000).And.BeLessThan(before.Slice);
            }
        });
    }

    [Fact]
    public void The_threads_of_one_that_has_it_for_good_have_the_usual_one()
    {
        OnAThread(static () =>
        {
            (ulong Slice, int Nice, ulong Flags) before = Attributes();
            ShortSlice.Take(0, forGood: true);
            OnAThread(() => Attributes().Should().Be(before));
            if (HasSlices)
            {
                Attributes().Slice.Should().Be(100_000);
            }
        });
    }

    private static void OnAThread(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(test));
        thread.Start();
        thread.Join();
        failure.Should().BeNull();
    }

    private static (ulong Slice, int Nice, ulong Flags) Attributes()
    {
        byte* attributes = stackalloc byte[48];
        int number = Constants.SYS_sched_setattr == 314 ? 315 : 275; // sched_getattr
        syscall(number, 0, (nint)attributes, 48, 0).Should().Be(0);
        return (*(ulong*)(attributes + 24), *(int*)(attributes + 16), *(ulong*)(attributes + 8));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);
}
