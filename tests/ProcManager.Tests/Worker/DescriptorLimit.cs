using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>Takes all file descriptors from the test process for a moment, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(DescriptorLimit), DisableParallelization = true)]
[Collection(nameof(DescriptorLimit))]
public sealed class DescriptorLimit : IDisposable
{
    private readonly Socket _listener = Binder.Bind("test", new IPEndPoint(IPAddress.Loopback, 0), new ListenOptions());
    private readonly (int Read, int Write) _leave = Descriptors.Pipe();
    private readonly ListLogger _log = new();
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly AcceptGate _gate;

    public DescriptorLimit() => _gate = new AcceptGate(_listener, _leave.Read, new Dispatcher(WorkerBoard.Private(), 0), _log, useEpoll: true);

    [Fact]
    public async Task The_gate_pauses_says_so_once_and_loses_no_connection()
    {
        Task<Socket?> waiting = Deadline.OnThread(_gate.Wait);
        long told;
        using (new NoMoreDescriptors())
        {
            _client.Connect(_listener.LocalEndPoint!);
            await _log.FirstLine.Within();
            told = Stopwatch.GetTimestamp();
        }

        using Socket? served = await waiting.Within();

        served.Should().NotBeNull("it stayed in the queue");
        Stopwatch.GetElapsedTime(told).Should().BeGreaterThan(TimeSpan.FromMilliseconds(50), "it does not spin");
        _log.Lines.Should().ContainSingle().Which.Should().Contain("Too many open files").And.Contain("raise the limit");
    }

    [Fact]
    public async Task The_gate_is_left_at_once()
    {
        Task<Socket?> waiting = Deadline.OnThread(_gate.Wait);
        using var descriptors = new NoMoreDescriptors();
        _client.Connect(_listener.LocalEndPoint!);
        await _log.FirstLine.Within();

        Descriptors.Wake(_leave.Write);

        (await waiting.Within()).Should().BeNull();
    }

    public void Dispose()
    {
        _gate.Close();
        Descriptors.Close(_leave.Read);
        Descriptors.Close(_leave.Write);
        _listener.Dispose();
        _client.Dispose();
    }
}
