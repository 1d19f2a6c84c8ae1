using ProcManager.FastCgi.ComponentTests.Infrastructure;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;
using ProcManager.Posix;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>The connection of a worker with many requests at once: bare system calls, and a socket of the runtime's only for a wait.</summary>
[Trait("Row", "F15")]
public sealed class SocketTransports : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly Lines _log = new();
    private readonly EndWatch _endWatch;
    private readonly SocketTransport _transport;
    private readonly Connection _connection;
    private readonly int _theirs;

    public SocketTransports()
    {
        (int ours, _theirs) = Descriptors.SocketPair();
        _endWatch = new EndWatch(_log);
        _transport = new SocketTransport(ours, _endWatch);
        _connection = new Connection(_transport, new FastCgiOptions { MaxConcurrentRequests = 2 }, new Complaints(_log));
    }

    [Fact]
    public async Task What_can_be_done_at_once_needs_no_socket()
    {
        Connections.Send(_theirs, "request"u8);
        byte[] into = new byte[100];

        ValueTask<int> received = _transport.ReceiveAsync(into, Long, default);
        ValueTask<bool> sent = _transport.SendAsync(into.AsMemory(0, 7), Long, _connection, default);

        received.IsCompletedSuccessfully.Should().BeTrue();
        (await received).Should().Be(7);
        sent.IsCompletedSuccessfully.Should().BeTrue();
        (await sent).Should().BeTrue();
        _transport.HasWaited.Should().BeFalse("it costs more system calls than all the rest");
    }

    [Fact]
    public async Task Waits_and_reads_at_once_lose_nothing_of_each_other()
    {
        byte[] into = new byte[1];
        for (int i = 0; i < 1_000; i++)
        {
            // Before the read, beside it and behind it.
            Task sending = i % 3 == 0 ? Task.CompletedTask : Task.Run(() => Connections.Send(_theirs, [(byte)i]));
            if (i % 3 == 0)
            {
                Connections.Send(_theirs, [(byte)i]);
            }
            else if (i % 3 == 1)
            {
                await sending;
            }

            (await _transport.ReceiveAsync(into, Long, default)).Should().Be(1);
            into[0].Should().Be((byte)i);
            await sending;
        }
    }

    [Fact]
    public async Task More_than_the_other_end_takes_is_waited_for()
    {
        byte[] much = new byte[4 * 1024 * 1024];
        Random.Shared.NextBytes(much);
        Task<bool> sent = _transport.SendAsync(much, Long, _connection, default).AsTask();

        byte[] got = new byte[much.Length];
        for (int at = 0; at < got.Length;)
        {
            Connections.WaitFor(_theirs, Constants.POLLIN, 20_000).Should().NotBe(0);
            at += Connections.Receive(_theirs, got.AsSpan(at));
        }

        (await sent).Should().BeTrue();
        got.AsSpan().SequenceEqual(much).Should().BeTrue();
        _transport.HasWaited.Should().BeTrue();
    }

    [Fact]
    public async Task A_close_ends_a_wait()
    {
        Task<int> waiting = _transport.ReceiveAsync(new byte[1], Long, default).AsTask();
        waiting.IsCompleted.Should().BeFalse();

        _transport.Close();

        (await waiting).Should().Be(Connections.Lost);
        Connections.Receive(_theirs, new byte[1]).Should().Be(0, "the other end is told");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_connection_touches_no_descriptor(bool afterAWait)
    {
        if (afterAWait)
        {
            (await _transport.ReceiveAsync(new byte[1], TimeSpan.FromMilliseconds(1), default)).Should().Be(Transport.TimedOut);
            _transport.HasWaited.Should().BeTrue();
        }

        _transport.Close();
        (int other, int end) = Descriptors.SocketPair(); // one of them has the number now, unless another test was faster
        Connections.Send(other, "x"u8);
        Connections.Send(end, "x"u8);

        _transport.TryReceive(new byte[1]).Should().Be(Connections.Lost);
        (await _transport.ReceiveAsync(new byte[1], Long, default)).Should().Be(Connections.Lost);
        (await _transport.SendAsync(new byte[1], Long, _connection, default)).Should().BeFalse();
        _transport.IsLost.Should().BeTrue();
        _transport.IsSilent.Should().BeTrue();
        _transport.EndSending();
        _transport.Close();
        Connections.Receive(other, new byte[2]).Should().Be(1);
        Connections.Receive(end, new byte[2]).Should().Be(1);
        Descriptors.Close(other);
        Descriptors.Close(end);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _endWatch.Dispose();
        Descriptors.Close(_theirs);
    }
}
