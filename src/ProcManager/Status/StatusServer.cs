using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>
/// Serves the status page on one thread of its own, which waits in poll(2): an answer comes while all workers hang. Kestrel would do it too, for 13 MiB more and 16 threads. Sixteen connections at most, each for one second; further clients
/// wait in the queue of the socket.
/// </summary>
internal sealed class StatusServer(Socket listener, IStatusContent content, StatusAnswers answers, ILogger log) : IDisposable
{
    private const int StackSize = 256 * 1024;
    private const int MaxConnections = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<StatusConnection> _connections = [];
    private readonly WakePipe _wake = new();
    private readonly ManagerGarbage _garbage = new();
    private TimeSpan _acceptsAt; // no descriptor was left at the last try
    private volatile bool _isOver;

    /// <summary>False: no thread can be made, which is logged.</summary>
    internal bool TryStart()
    {
        try
        {
            new Thread(Run, StackSize) { IsBackground = true, Name = "procmanager status" }.Start();
            return true;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            StatusLog.NoThread(log);
            Dispose();
            _wake.Dispose();
            return false;
        }
    }

    public void Dispose()
    {
        if (_isOver)
        {
            return; // the number of a closed listener may be another file's by now
        }

        _isOver = true;
        _wake.Wake();
        listener.Dispose(); // with the file of a unix socket
    }

    /// <summary>The socket was bound again: the thread waits for the new one from now on.</summary>
    internal void ListenAgain() => _wake.Wake();

    private void Run()
    {
        int listening = (int)listener.Handle;
        while (!_isOver)
        {
            try
            {
                Turn(listening);
            }
            catch (Exception e)
            {
                // An exception that leaves this thread would end the manager. For want of memory nothing is logged.
                if (!_isOver && e is not OutOfMemoryException)
                {
                    StatusLog.Failed(log, e);
                }

                Pauses.Sleep(Pause); // what fails now would fail again at once
            }
        }

        _connections.ForEach(static c => c.Dispose());
        _wake.Dispose();
    }

    private void Turn(int listening)
    {
        if (Monotonic.Now >= content.NextSampleAt)
        {
            content.Sample();
        }

        Span<PollFd> awaited = stackalloc PollFd[MaxConnections + 2];
        int count = _connections.Count;
        for (int i = 0; i < count; i++)
        {
            awaited[i] = new PollFd { Fd = _connections[i].Descriptor, Events = _connections[i].Awaits };
        }

        bool accepts = Monotonic.Now >= _acceptsAt && (count < MaxConnections || _connections.Exists(static c => c.IsAsking));
        awaited[count] = new PollFd { Fd = accepts ? listening : -1, Events = Constants.POLLIN };
        awaited[count + 1] = new PollFd { Fd = _wake.Descriptor, Events = Constants.POLLIN };
        Connections.WaitForAny(awaited[..(count + 2)], (int)Math.Clamp(Math.Ceiling((Next() - Monotonic.Now).TotalMilliseconds), 0, int.MaxValue));
        for (int i = count - 1; i >= 0; i--)
        {
            Attend(i, awaited[i].Returned != 0);
        }

        if (awaited[count + 1].Returned != 0)
        {
            _wake.Clear();
        }

        if (awaited[count].Returned != 0 && !_isOver)
        {
            Accept(listening);
        }

        _garbage.FreeWhenMuch();
    }

    private void Accept(int listening)
    {
        int silent = _connections.FindIndex(static c => c.IsAsking);
        if (_connections.Count == MaxConnections && silent < 0)
        {
            return;
        }

        int client = LocalSockets.Accept(listening, out bool isShort);
        if (isShort)
        {
            _acceptsAt = Monotonic.Now + Pause;
        }

        if (client < 0)
        {
            return;
        }

        if (_connections.Count == MaxConnections)
        {
            Close(silent); // the oldest client whose request has not come makes room: a health check must not wait for silent clients
        }

        _connections.Add(new StatusConnection(client, answers));
    }

    private void Close(int index)
    {
        StatusConnection connection = _connections[index];
        _connections.RemoveAt(index);
        connection.Dispose();
    }

    private void Attend(int index, bool canGoOn)
    {
        StatusConnection connection = _connections[index];
        bool isOver = true;
        try
        {
            isOver = canGoOn ? !connection.GoOn() : Monotonic.Now >= connection.Until;
            if (isOver)
            {
                connection.GiveUp();
            }
        }
        finally
        {
            if (isOver)
            {
                Close(index);
            }
        }
    }

    private TimeSpan Next()
    {
        TimeSpan next = _acceptsAt > Monotonic.Now && _acceptsAt < content.NextSampleAt ? _acceptsAt : content.NextSampleAt;
        foreach (StatusConnection connection in _connections)
        {
            next = connection.Until < next ? connection.Until : next;
        }

        return next;
    }
}
