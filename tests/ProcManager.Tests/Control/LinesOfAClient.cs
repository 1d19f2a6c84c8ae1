using System.Diagnostics;
using ProcManager.Control;
using ProcManager.Posix;

namespace ProcManager.Tests.Control;

/// <summary>Lines that a client sends to the control socket.</summary>
public class LinesOfAClient
{
    [Fact]
    public void The_time_is_for_the_line_and_not_for_each_byte()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        using var connection = new ControlConnection(ours);
        using var over = new ManualResetEventSlim();
        var clock = Stopwatch.StartNew();
        var client = new Thread(() =>
        {
            while (!over.Wait(5) && clock.Elapsed < TimeSpan.FromSeconds(60))
            {
                Descriptors.TrySendByte(theirs, (byte)'x');
            }

            Descriptors.Close(theirs);
        });
        client.Start();
        connection.ReadLine(1000, out _).Should().BeNull();
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(59), "each byte came much sooner than in a second");
        over.Set();
        client.Join();
    }
}
