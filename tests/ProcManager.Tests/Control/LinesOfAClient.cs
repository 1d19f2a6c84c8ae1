using ProcManager.Control;
using ProcManager.Posix;

namespace ProcManager.Tests.Control;

/// <summary>Lines that a client sends to the control socket.</summary>
public class LinesOfAClient
{
    [Fact]
    public async Task The_time_is_for_the_line_and_not_for_each_byte()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        using var connection = new ControlConnection(ours);
        Task<byte[]?> line = Task.Run(() => connection.ReadLine(300, out _));
        for (int sent = 0; sent < 500 && !line.IsCompleted; sent++)
        {
            Descriptors.TrySendByte(theirs, (byte)'x').Should().BeTrue();
            await Task.Delay(20);
        }

        Descriptors.Close(theirs);
        line.IsCompleted.Should().BeTrue("500 bytes took more than ten seconds");
        (await line).Should().BeNull();
    }
}
