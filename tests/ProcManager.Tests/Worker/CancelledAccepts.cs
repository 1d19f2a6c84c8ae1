using System.Net;
using System.Net.Sockets;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Worker;

/// <summary>Accept and AcceptAsync of one program after each other, with waits that are cancelled.</summary>
public sealed class CancelledAccepts : IDisposable
{
    private readonly ProcessManager _manager = new(new() { ProcessCount = 0 });
    private readonly Socket _listener;

    public CancelledAccepts()
    {
        _listener = _manager.Listen("http", new IPEndPoint(IPAddress.Loopback, 0));
        _manager.ServeAlone();
        _manager.Ready();
    }

    [Fact]
    public async Task An_accept_that_blocks_is_not_ended_by_the_cancellation_of_an_earlier_one()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            using var cancel = new CancellationTokenSource();
            Task<Socket?> first = _manager.AcceptAsync(_listener, cancel.Token).AsTask();
            Task<Socket> connected = Deadline.OnThread(() => Loopback.Connect(_listener));
            Thread.SpinWait(random.Next(20_000));
            await cancel.CancelAsync();
            using Socket client = await connected.Within();
            bool took = await Took(first);

            Task<Socket?> accept = Deadline.OnThread(() => _manager.Accept(_listener));
            Thread.SpinWait(random.Next(20_000)); // it waits by then, or not
            using Socket? second = took ? Loopback.Connect(_listener) : null;
            using Socket? served = await accept.Within();

            served.Should().NotBeNull();
        }
    }

    [Fact]
    public async Task A_connection_that_waits_already_is_taken_at_once()
    {
        using Socket client = Loopback.Connect(_listener);
        _listener.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).Should().BeTrue();

        ValueTask<Socket?> accept = _manager.AcceptAsync(_listener);

        accept.IsCompletedSuccessfully.Should().BeTrue();
        (await accept)!.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _manager.Dispose();
    }

    private static async Task<bool> Took(Task<Socket?> accept)
    {
        try
        {
            (await accept.Within())!.Dispose();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
