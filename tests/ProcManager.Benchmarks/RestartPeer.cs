using System.Diagnostics;
using System.Globalization;
using ProcManager.Benchmarks.FastCgi;

namespace ProcManager.Benchmarks;

/// <summary>
/// A program that keeps one foreground service. The service is the same shell script everywhere: it writes its pid into a named pipe and becomes a program that sleeps.
/// </summary>
internal sealed class RestartPeer : IDisposable
{
    private readonly string _pipe;
    private readonly Running _running;
    private readonly StreamReader _starts;
    private readonly List<double> _milliseconds = [];
    private int _service;

    private RestartPeer(string name, Func<string, Running> start)
    {
        Name = name;
        _pipe = Path.Combine(Programs.Folder, name + ".pipe");
        if (!Tools.Succeeds("mkfifo", _pipe))
        {
            throw new InvalidOperationException("mkfifo failed.");
        }

        // Open for writing, too: the pipe has no end.
        _starts = new StreamReader(new FileStream(_pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1));
        _running = start($"echo $$ > {_pipe}; exec sleep 1000");
        _service = Next();
    }

    internal string Name { get; }

    internal IReadOnlyList<double> Milliseconds => _milliseconds;

    internal static RestartPeer Keeper() => new("keeper", script => Programs.StartKeeper(
        $$"""{ "folder": "{{Path.Combine(Programs.Folder, "keep")}}", "services": { "sleeper": { "kind": "foreground", "start": "{{script}}", "backoff": { "resetAfter": "1s" } } } }"""));

    internal static IEnumerable<RestartPeer> TryRunit(Table table)
    {
        if (Tools.Find("runsv") is not { } runsv)
        {
            table.Missing("runit", "runit");
            yield break;
        }

        yield return new("runit", script =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(Programs.Folder, "runit")).FullName;
            string run = Path.Combine(folder, "run");
            File.WriteAllText(run, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return Programs.StartForeign(runsv, folder);
        });
    }

    internal static IEnumerable<RestartPeer> TrySupervisord(Table table)
    {
        if (Tools.Find("supervisord") is not { } supervisord)
        {
            table.Missing("supervisord", "supervisor");
            yield break;
        }

        yield return new("supervisord", script =>
        {
            string script1 = Path.Combine(Programs.Folder, "supervised.sh");
            string file = Path.Combine(Programs.Folder, "supervisord.conf");
            File.WriteAllText(script1, $"{script}\n");
            File.WriteAllText(file, $"""
                [supervisord]
                nodaemon=true
                silent=true
                logfile=/dev/null
                logfile_maxbytes=0
                pidfile={Programs.Folder}/supervisord.pid
                [program:sleeper]
                command=/bin/sh {script1}
                autorestart=true
                startsecs=1

                """);
            return Programs.StartForeign(supervisord, "-c", file);
        });
    }

    /// <summary>Kills the service and waits for the next one.</summary>
    internal void Kill(bool counts)
    {
        long begin = Stopwatch.GetTimestamp();
        Native.Send(_service, Native.Kill);
        int next = Next();
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        if (next == _service)
        {
            throw new InvalidOperationException($"{Name} has not started the service again.");
        }

        _service = next;
        if (counts)
        {
            _milliseconds.Add(milliseconds);
        }
    }

    public void Dispose()
    {
        _running.Dispose();
        _starts.Dispose();
    }

    private int Next() => int.Parse(_starts.ReadLine()!, CultureInfo.InvariantCulture);
}
