namespace ProcManager.Output;

/// <content>The pipes of workers in a restart in place.</content>
internal sealed partial class WorkerOutput
{
    /// <summary>Stops reading, for a program that takes over this process: what each worker has written of a line whose end has not come, and its pipe.</summary>
    internal IReadOnlyList<(int Descriptor, OutputSource Source, byte[] Unfinished)> Pause(TimeSpan limit)
    {
        _pauses = true;
        _wake.Wake();
        _thread.Join(); // the thread never waits for a log
        _queue.Flush(limit);
        lock (_gate)
        {
            return [.. _streams.Values.Select(static s => (s.Fd, s.Source, s.Lines.Unfinished))];
        }
    }

    /// <summary>How many lines are lost when this process ends now.</summary>
    internal long Unwritten => _queue.Unwritten;

    /// <summary>Takes back <see cref="Pause"/>.</summary>
    internal void Resume()
    {
        _pauses = false;
        _thread = Begin();
    }

    /// <summary>A pipe that the manager before has read.</summary>
    internal void TakeOver(int descriptor, OutputSource source, byte[] unfinished)
    {
        Stream stream = Keep(descriptor, source);
        stream.Lines.Add(unfinished);
        Watch(descriptor);
    }
}
