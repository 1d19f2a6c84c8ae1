using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>A started program, and what it says on standard error.</summary>
internal sealed class Running : IDisposable
{
    private const int Patience = 60_000;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private int _read;
    private bool _ended;

    internal Running(Process process, int port)
    {
        _process = process;
        Pid = process.Id;
        Port = port;
        new Thread(Pump) { IsBackground = true }.Start();
    }

    internal int Pid { get; }

    internal int Port { get; }

    /// <summary>Waits for the next line with this text and gives it back; lines before it are passed over.</summary>
    internal string WaitForLine(string text) => Wait(text, ref _read);

    /// <summary>Waits for the first line with this text since the start, whatever was passed over.</summary>
    internal string FirstLine(string text)
    {
        int from = 0;
        return Wait(text, ref from);
    }

    private string Wait(string text, ref int from)
    {
        long until = Environment.TickCount64 + Patience;
        lock (_lines)
        {
            while (true)
            {
                for (; from < _lines.Count; from++)
                {
                    if (_lines[from].Contains(text, StringComparison.Ordinal))
                    {
                        return _lines[from++];
                    }
                }

                if (_ended || Environment.TickCount64 > until)
                {
                    throw new InvalidOperationException($"No \"{text}\" from pid {Pid}. Its last lines:\n{LastLines}");
                }

                _ = Monitor.Wait(_lines, 100);
            }
        }
    }

    /// <summary>Waits until so many lines with this text were written since the start.</summary>
    internal void WaitForLines(string text, int count)
    {
        long until = Environment.TickCount64 + Patience;
        lock (_lines)
        {
            while (_lines.Count(l => l.Contains(text, StringComparison.Ordinal)) < count)
            {
                if (_ended || Environment.TickCount64 > until)
                {
                    throw new InvalidOperationException($"Not {count} times \"{text}\" from pid {Pid}. Its last lines:\n{LastLines}");
                }

                _ = Monitor.Wait(_lines, 100);
            }
        }
    }

    /// <summary>Waits until the condition holds, for things a foreign program tells nobody.</summary>
    internal void WaitUntil(Func<bool> condition, string what)
    {
        long until = Environment.TickCount64 + Patience;
        while (!condition())
        {
            if (_process.HasExited || Environment.TickCount64 > until)
            {
                throw new InvalidOperationException($"Pid {Pid} {what}. Its last lines:\n{LastLines}");
            }

            _ = Native.usleep(1_000);
        }
    }

    /// <summary>What it said last.</summary>
    internal string LastLines
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines.TakeLast(10));
            }
        }
    }

    internal void Signal(int signal) => Native.Send(Pid, signal);

    internal void Terminate()
    {
        if (!_process.HasExited)
        {
            Native.Send(Pid, Native.Term);
        }
    }

    /// <summary>TERM, and until it has ended; its exit code.</summary>
    internal int Stop()
    {
        Terminate();
        if (!_process.WaitForExit(Patience))
        {
            throw new TimeoutException($"Pid {Pid} did not end within {Patience / 1000} s of a TERM.");
        }

        return _process.ExitCode;
    }

    /// <summary>Stops it; a manager that has to be killed takes its workers along.</summary>
    public void Dispose()
    {
        Terminate();
        if (!_process.WaitForExit(10_000))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
    }

    private void Pump()
    {
        while (_process.StandardError.ReadLine() is { } line)
        {
            Add(line);
        }

        Add(null);
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Add(line);
            }

            Monitor.PulseAll(_lines);
        }
    }
}
