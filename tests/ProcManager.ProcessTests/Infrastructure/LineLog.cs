using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>What a program has written, line by line; tests wait for a line, never for a time.</summary>
internal sealed class LineLog
{
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Match, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly Lock _gate = new();
    private bool _ended;

    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    internal void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var waiter in _waiting.ToArray())
            {
                if (waiter.Match(line))
                {
                    _waiting.Remove(waiter);
                    waiter.Found.TrySetResult(line);
                }
            }
        }
    }

    /// <summary>No more lines will come: whoever waits is told.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach ((_, TaskCompletionSource<string> found) in _waiting)
            {
                found.TrySetException(new InvalidOperationException("The program ended before the line came."));
            }

            _waiting.Clear();
        }
    }

    /// <summary>The first line that matches, from the given one on; lines that are there already count.</summary>
    internal async Task<Match> Find(string pattern, int from = 0, int seconds = 30)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        Task<string> found;
        lock (_gate)
        {
            if (_lines.Skip(from).FirstOrDefault(l => regex.IsMatch(l)) is { } there)
            {
                return regex.Match(there);
            }

            if (_ended)
            {
                throw new InvalidOperationException($"The program has ended and never wrote a line like '{pattern}'.");
            }

            var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((regex.IsMatch, source));
            found = source.Task;
        }

        try
        {
            return regex.Match(await found.WaitAsync(TimeSpan.FromSeconds(seconds)));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No line like '{pattern}' within {seconds} s.");
        }
    }

    /// <summary>Waits until as many lines match.</summary>
    internal async Task FindCount(string pattern, int count, int seconds = 30)
    {
        int from = 0;
        for (int i = 0; i < count; i++)
        {
            Match match = await Find(pattern, from, seconds);
            lock (_gate)
            {
                from = _lines.FindIndex(from, l => Regex.IsMatch(l, pattern)) + 1;
            }

            _ = match;
        }
    }
}
