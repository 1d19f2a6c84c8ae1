using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Keeping;

/// <summary>Reads what foreground services write, from a named pipe for each, on a thread of its own: a disk that hangs holds this thread only, and no restart. A service has its pipe open to read and write, so the keeper's end breaks nothing: the service writes on until the pipe is full, and the next keeper reads it.</summary>
internal sealed class OutputReader : IDisposable
{
    private const int ReadSize = 64 * 1024;

    /// <summary>A service that writes without end is not read to its end.</summary>
    private const int MaxReads = 64;

    /// <summary>A disk that hangs does not hold the keeper's end for ever.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    /// <summary>A line that is not finished so long after its beginning may be a prompt.</summary>
    private static readonly TimeSpan LinePatience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Source> _sources = [];
    private readonly Queue<(int Pipe, Action<RotatedLog> Step)> _steps = new();
    private readonly DescriptorSet _set = DescriptorSet.OfReadable();
    private readonly WakePipe _wake = new();
    private readonly byte[] _buffer = new byte[ReadSize];
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private volatile bool _ends;
    private bool _hasUnshown;

    /// <param name="failed">Gets what a step has thrown; the reader goes on.</param>
    internal OutputReader(Action<Exception> failed)
    {
        _failed = failed;
        PosixException.ThrowIf(!_set.Add(_wake.Descriptor), "epoll_ctl");
        _thread = new Thread(Run) { IsBackground = true, Name = "procmanager service output" };
        _thread.Start();
    }

    /// <summary>Reads a pipe from now on; the reader closes it at its own end, by <see cref="Remove"/>, or when it throws.</summary>
    internal void Add(int pipe, RotatedLog log)
    {
        lock (_gate)
        {
            _sources[pipe] = new Source(pipe, log);
        }

        try
        {
            PosixException.ThrowIf(!_set.Add(pipe), $"epoll_ctl({pipe})");
        }
        catch
        {
            Forget(pipe, log);
            throw;
        }
    }

    /// <summary>Reads what is there, and closes the pipe and the log.</summary>
    internal void Remove(int pipe) => Post(pipe, log =>
    {
        _set.Remove(pipe);
        log.End();
        Forget(pipe, log);
    });

    private void Forget(int pipe, RotatedLog log)
    {
        lock (_gate)
        {
            _ = _sources.Remove(pipe);
        }

        Descriptors.Close(pipe);
        log.Dispose();
    }

    /// <summary>Reads what is there, and then does something with the log, on the reader's thread.</summary>
    internal void Post(int pipe, Action<RotatedLog> step)
    {
        lock (_gate)
        {
            _steps.Enqueue((pipe, step));
        }

        _wake.Wake();
    }

    /// <summary>The service's last lines, with what its pipe still holds.</summary>
    internal Task<string> TailAsync(int pipe)
    {
        var tail = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(pipe, log => tail.SetResult(log.Tail));
        return tail.Task;
    }

    /// <summary>Reads what is there and ends.</summary>
    public void Dispose()
    {
        _ends = true;
        _wake.Wake();
        _ = _thread.Join(EndPatience);
    }

    private void Run()
    {
        Span<int> readable = stackalloc int[32];
        while (!_ends)
        {
            int count = _set.Wait(readable, MillisecondsToShow());
            foreach (int descriptor in readable[..count])
            {
                Guarded(() => Take(descriptor));
            }

            Guarded(ShowUnfinished);
        }

        DoSteps();
        foreach (Source source in _sources.Values)
        {
            Guarded(() => ReadRest(source));
            Guarded(source.Log.Show); // when its service goes on, the next keeper has only the rest of the line
            Guarded(source.Log.Dispose);
            Descriptors.Close(source.Pipe);
        }

        _set.Dispose();
        _wake.Dispose();
    }

    private void Take(int descriptor)
    {
        if (descriptor == _wake.Descriptor)
        {
            _wake.Clear();
            DoSteps();
        }
        else if (Find(descriptor) is { } source)
        {
            _ = Read(source);
        }
    }

    /// <summary>An exception that leaves this thread would end the process.</summary>
    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            _failed(e);
        }
    }

    private void DoSteps()
    {
        while (true)
        {
            (int Pipe, Action<RotatedLog> Step) next;
            lock (_gate)
            {
                if (!_steps.TryDequeue(out next))
                {
                    return;
                }
            }

            if (Find(next.Pipe) is { } source)
            {
                Guarded(() => ReadRest(source));
                Guarded(() => next.Step(source.Log));
            }
        }
    }

    private Source? Find(int pipe)
    {
        lock (_gate)
        {
            return _sources.GetValueOrDefault(pipe);
        }
    }

    private void ReadRest(Source source)
    {
        for (int i = 0; i < MaxReads && Read(source); i++)
        {
        }
    }

    private bool Read(Source source)
    {
        int read = Descriptors.Read(source.Pipe, _buffer);
        if (read > 0)
        {
            source.Log.Add(_buffer.AsSpan(0, read));
            source.LastRead = Monotonic.Now;
            _hasUnshown |= source.Log.HasUnshown;
        }

        return read > 0;
    }

    /// <summary>-1: nothing is to be shown.</summary>
    private int MillisecondsToShow()
    {
        if (!_hasUnshown)
        {
            return -1;
        }

        lock (_gate)
        {
            TimeSpan first = _sources.Values.Where(static s => s.Log.HasUnshown).Select(static s => s.LastRead).DefaultIfEmpty().Min();
            return (int)Math.Clamp(Math.Ceiling((first + LinePatience - Monotonic.Now).TotalMilliseconds), 0, LinePatience.TotalMilliseconds);
        }
    }

    private void ShowUnfinished()
    {
        if (!_hasUnshown)
        {
            return;
        }

        Source[] unshown;
        lock (_gate)
        {
            unshown = [.. _sources.Values.Where(static s => s.Log.HasUnshown)];
        }

        _hasUnshown = unshown.Length > 0;
        foreach (Source source in unshown.Where(static s => Monotonic.Now - s.LastRead >= LinePatience))
        {
            source.Log.Show();
        }
    }

    private sealed class Source(int pipe, RotatedLog log)
    {
        internal int Pipe => pipe;

        internal RotatedLog Log => log;

        internal TimeSpan LastRead { get; set; }
    }
}
