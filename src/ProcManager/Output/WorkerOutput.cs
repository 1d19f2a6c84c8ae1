using ProcManager.Posix;

namespace ProcManager.Output;

/// <summary>
/// Reads what workers write to standard output and error, from two pipes a worker. The thread that reads never waits for a log, so a worker waits for the manager alone: a pipe takes 64 KiB while the manager does not run.
/// Manager process.
/// </summary>
internal sealed partial class WorkerOutput : IDisposable
{
    /// <summary>A process that a worker has started may hold the pipe for ever; beyond so many of them the oldest one is closed.</summary>
    private const int MaxOrphaned = 64;

    private const int ReadSize = 64 * 1024;

    private readonly OutputQueue _queue;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Stream> _streams = [];
    private readonly Queue<Stream> _orphaned = new();
    private readonly DescriptorSet _set = DescriptorSet.OfReadable();
    private readonly WakePipe _wake = new();
    private readonly byte[] _buffer = new byte[ReadSize];
    private Thread _thread;
    private volatile bool _ends;
    private volatile bool _pauses;

    /// <summary>Throws when the system gives no thread or no descriptors.</summary>
    internal WorkerOutput(OutputQueue queue)
    {
        _queue = queue;
        Watch(_wake.Descriptor);
        _thread = Begin();
    }

    /// <summary>Two pipes for a worker that is about to be started. Throws <see cref="PosixException"/>.</summary>
    internal OutputPipes Open(int slot)
    {
        var output = new OutputSource(slot, isError: false);
        var error = new OutputSource(slot, isError: true);
        int first = Open(output);
        try
        {
            return new OutputPipes(first, Open(error), [output, error]);
        }
        catch
        {
            Descriptors.Close(first);
            throw;
        }
    }

    /// <summary>The worker has ended. What its pipes still hold is read; a process that it has left behind may write on.</summary>
    internal void Ended(int pid)
    {
        lock (_gate)
        {
            foreach (Stream stream in _streams.Values.Where(s => s.Source.Pid == pid))
            {
                _orphaned.Enqueue(stream);
            }
        }

        _wake.Wake();
    }

    /// <summary>Reads what is there, ends each unfinished line, and waits for the log, at most so long.</summary>
    internal void Finish(TimeSpan limit)
    {
        long begun = Environment.TickCount64;
        _ends = true;
        _wake.Wake();
        if (_thread.Join(limit))
        {
            _queue.Flush(limit - TimeSpan.FromMilliseconds(Environment.TickCount64 - begun));
        }
    }

    public void Dispose() => Finish(TimeSpan.Zero);

    private int Open(OutputSource source)
    {
        (int read, int write) = Descriptors.OutputPipe();
        _ = Keep(read, source);
        try
        {
            Watch(read);
            return write;
        }
        catch
        {
            Descriptors.Close(write);
            lock (_gate)
            {
                _ = _streams.Remove(read);
            }

            Descriptors.Close(read);
            throw;
        }
    }

    private Stream Keep(int descriptor, OutputSource source)
    {
        var stream = new Stream(descriptor, source, new LineBuffer(lines => _queue.Add(source, lines)));
        lock (_gate)
        {
            _streams[descriptor] = stream;
        }

        return stream;
    }

    private void Watch(int fd) => PosixException.ThrowIf(!_set.Add(fd), $"epoll_ctl({fd})");

    private Thread Begin()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "procmanager output" };
        thread.Start();
        return thread;
    }

    private void Run()
    {
        Span<int> readable = stackalloc int[32];
        while (!_ends && !_pauses)
        {
            int count = _set.Wait(readable);
            foreach (int fd in readable[..count])
            {
                if (fd == _wake.Descriptor)
                {
                    _wake.Clear();
                    CloseOldOrphans();
                }
                else
                {
                    _ = Read(fd);
                }
            }
        }

        if (_pauses)
        {
            return;
        }

        foreach (int fd in OpenStreams())
        {
            ReadRest(fd);
            Close(fd);
        }

        _set.Dispose();
        _wake.Dispose();
    }

    private int[] OpenStreams()
    {
        lock (_gate)
        {
            return [.. _streams.Keys];
        }
    }

    /// <summary>False: there was nothing, or the end.</summary>
    private bool Read(int fd)
    {
        Stream? stream;
        lock (_gate)
        {
            _ = _streams.TryGetValue(fd, out stream);
        }

        int read = stream is null ? -1 : Descriptors.Read(fd, _buffer);
        if (read > 0)
        {
            stream!.Lines.Add(_buffer.AsSpan(0, read));
        }
        else if (read == 0)
        {
            Close(fd);
        }

        return read > 0;
    }

    private void Close(int fd)
    {
        Stream? stream;
        lock (_gate)
        {
            if (!_streams.Remove(fd, out stream))
            {
                return;
            }
        }

        stream.Lines.End();
        _set.Remove(fd);
        Descriptors.Close(fd);
    }

    // Those that have come to their end are forgotten. By now their numbers may be another worker's.
    private void CloseOldOrphans()
    {
        while (true)
        {
            Stream oldest;
            lock (_gate)
            {
                while (_orphaned.TryPeek(out Stream? ended) && _streams.GetValueOrDefault(ended.Fd) != ended)
                {
                    _ = _orphaned.Dequeue();
                }

                if (_orphaned.Count <= MaxOrphaned)
                {
                    return;
                }

                oldest = _orphaned.Dequeue();
            }

            ReadRest(oldest.Fd);
            Close(oldest.Fd);
        }
    }

    // A process that writes without end is not waited for.
    private void ReadRest(int fd)
    {
        for (int i = 0; i < 16 && Read(fd); i++)
        {
        }
    }

    private sealed record Stream(int Fd, OutputSource Source, LineBuffer Lines);
}
