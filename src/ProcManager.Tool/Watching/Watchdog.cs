using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tool.Watching;

/// <summary>Samples a pool, and does what <see cref="HangPolicy"/> decides. A status that cannot be fetched is no error: the counters begin anew.</summary>
internal sealed class Watchdog(WatchOptions options, IStatusSource source, HangCommand? command, WatchdogLog log)
{
    private readonly HangPolicy _policy = new(options.Timeout, options.Interval, options.Grace);
    private string _pool = options.Title;
    private bool? _isThere;

    /// <summary>Until <paramref name="stopping"/>. <paramref name="began"/> comes after the first sample.</summary>
    internal void Run(Action began, CancellationToken stopping)
    {
        log.Write(WatchdogLog.Kills, $"the watchdog of {_pool} begins: the limit is {Words.Time(options.Timeout)}, a sample is taken every {Words.Time(options.Interval)}");
        for (bool first = true; !stopping.IsCancellationRequested; first = false)
        {
            TimeSpan sampled = Monotonic.Now;
            Sample(stopping);
            if (first)
            {
                began();
            }

            TimeSpan wait = sampled + _policy.UntilNext() - Monotonic.Now;
            _ = stopping.WaitHandle.WaitOne(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }

        log.Write(WatchdogLog.Kills, $"the watchdog of {_pool} ends");
    }

    private void Sample(CancellationToken stopping)
    {
        StatusReading pool;
        try
        {
            pool = source.Read(stopping);
        }
        catch (StatusUnavailableException e)
        {
            _policy.Reset();
            if (!stopping.IsCancellationRequested)
            {
                Tell(isThere: false, $"the status of {_pool} cannot be fetched, and nothing is counted meanwhile: {Printable.Of(e.Message)}");
                log.Write(WatchdogLog.Samples, $"no sample of {_pool}");
            }

            return;
        }

        _pool = pool.Program;
        Tell(isThere: true, string.Create(CultureInfo.InvariantCulture, $"the status of {_pool} (manager {pool.ManagerPid}) is there: {pool.Workers.Count} {Words.Of(pool.Workers.Count, "worker")}{(pool.MayKill || options.ReportOnly ? "" : "; they are not of this machine or container, so hung ones are only reported")}"));
        pool = options.ReportOnly ? pool with { MayKill = false } : pool;
        List<HangDecision> decisions = _policy.Sample(pool);
        log.Write(WatchdogLog.Samples, string.Create(CultureInfo.InvariantCulture, $"sample of {_pool}: {pool.Workers.Count} {Words.Of(pool.Workers.Count, "worker")}, {pool.Workers.Count(static w => w.RequestNumber != 0)} in a request"));
        decisions.ForEach(d => Act(pool, d));
    }

    // Once, not at each sample.
    private void Tell(bool isThere, string text)
    {
        if (_isThere != isThere)
        {
            _isThere = isThere;
            log.Write(WatchdogLog.Kills, text);
        }
    }

    private void Act(StatusReading pool, HangDecision hang)
    {
        switch (hang.Step)
        {
            case HangStep.Found:
                Log(hang, $"hangs: its request has taken {Words.Time(hang.Taken)}, the limit is {Words.Time(options.Timeout)}{(pool.MayKill ? $"; it gets {options.SignalName}" : "")}{Details(hang.Worker)}");
                Send(pool, hang, options.Signal, options.SignalName);
                command?.Start(_pool, hang);
                break;
            case HangStep.Kill:
                Log(hang, $"has not ended within {Words.Time(options.Grace)} and gets KILL{Details(hang.Worker)}");
                Send(pool, hang, Signals.KILL, "KILL");
                break;
            case HangStep.RequestEnded:
                Log(hang, "has ended its request after all");
                break;
            default:
                Log(hang, "has ended");
                break;
        }
    }

    private void Send(StatusReading pool, HangDecision hang, int signal, string name)
    {
        if (pool.MayKill && !WorkerSignal.TrySend(pool.ManagerPid, hang.Worker, signal))
        {
            log.Write(WatchdogLog.Errors, $"worker {hang.Worker.Slot} (pid {hang.Worker.Pid}) of {_pool} has not got {name}: it has ended meanwhile, or this user may not signal it");
        }
    }

    private void Log(HangDecision hang, string text) => log.Write(WatchdogLog.Kills, $"worker {hang.Worker.Slot} (pid {hang.Worker.Pid}) of {_pool} {text}");

    private string Details(WorkerReading worker) => !options.Verbose ? ""
        : $": {(worker.Request.Length > 0 ? worker.Request : "an undescribed request")}{(worker.Client.Length > 0 ? $" from {worker.Client}" : "")}";
}
