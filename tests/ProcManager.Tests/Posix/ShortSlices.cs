using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public sealed class ShortSlices
{
    /// <summary>Before Linux 6.12 there is one slice for all, and the kernel tells 0.</summary>
    private static readonly bool HasSlices = Environment.OSVersion.Version >= new Version(6, 12);

    [Fact]
    public void A_thread_has_the_short_one_until_it_gives_it_back_and_its_nice_value_stays()
    {
        OnAThread(static () =>
        {
            (ulong Slice, int Nice, ulong Flags) before = Attributes();
            ShortSlice.Take(0);
            (ulong Slice, int Nice, ulong Flags) taken = Attributes();
            ShortSlice.GiveBack(0);
            (ulong Slice, int Nice, ulong Flags) after = Attributes();

            taken.Nice.Should().Be(before.Nice);
            after.Slice.Should().Be(before.Slice);
            after.Nice.Should().Be(before.Nice);
            if (HasSlices)
            {
                taken.Slice.Should().Be(100_000).And.BeLessThan(before.Slice);
            }
        });
    }

    [Fact]
    public void The_threads_of_one_that_has_it_have_the_usual_one()
    {
        OnAThread(static () =>
        {
            (ulong Slice, int Nice, ulong Flags) before = Attributes();
            ShortSlice.Take(0);
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
        Scheduling.TryGet(0, out SchedulingAttributes own).Should().BeTrue();
        return (own.Runtime, own.Nice, own.Flags);
    }
}
