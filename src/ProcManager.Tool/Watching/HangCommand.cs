using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ProcManager.Diagnostics;

namespace ProcManager.Tool.Watching;

/// <summary>The command that is run once for each hang. Nothing waits for it: it has a minute, and the watchdog goes on meanwhile.</summary>
internal sealed class HangCommand(string command, WatchdogLog log) : IDisposable
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _places = new(AtOnce); // when every worker of a large pool hangs
    private readonly CancellationTokenSource _ends = new();

    internal void Start(string pool, HangDecision hang) => _ = Task.Run(() => Run(pool, hang));

    /// <summary>Ends the commands that still run.</summary>
    public void Dispose()
    {
        _ends.Cancel();
        for (int i = 0; i < AtOnce; i++)
        {
            _places.Wait(TimeSpan.FromSeconds(1));
        }
    }

    private async Task Run(string pool, HangDecision hang)
    {
        try
        {
            await _places.WaitAsync(_ends.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            await RunInPlace(pool, hang);
        }
        catch (AggregateException e)
        {
            Tell(hang, $"has not ended within {Limit.TotalSeconds:0} s and cannot be killed: {e.InnerException?.Message}"); // a process of it belongs to another user
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            Tell(hang, $"cannot be started: {e.Message}");
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task RunInPlace(string pool, HangDecision hang)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ends.Token);
        limit.CancelAfter(Limit);
        using Process process = Process.Start(Shell(pool, hang))!;
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
            log.Write(process.ExitCode == 0 ? WatchdogLog.Samples : WatchdogLog.Errors, Line(hang, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {process.ExitCode}")));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Tell(hang, _ends.IsCancellationRequested ? "is killed: the watchdog ends" : $"is killed: it has not ended within {Words.Time(Limit)}");
        }
    }

    private ProcessStartInfo Shell(string pool, HangDecision hang) => new("/bin/sh", ["-c", command])
    {
        RedirectStandardInput = true,
        Environment =
        {
            ["PROCMAN_POOL"] = pool,
            ["PROCMAN_SLOT"] = hang.Worker.Slot.ToString(CultureInfo.InvariantCulture),
            ["PROCMAN_PID"] = hang.Worker.Pid.ToString(CultureInfo.InvariantCulture),
            ["PROCMAN_SECONDS"] = hang.Taken.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
            ["PROCMAN_REQUEST"] = hang.Worker.Request,
            ["PROCMAN_CLIENT"] = hang.Worker.Client,
        },
    };

    private void Tell(HangDecision hang, string outcome) => log.Write(WatchdogLog.Errors, Line(hang, outcome));

    private static string Line(HangDecision hang, string outcome) => $"the command for worker {hang.Worker.Slot} (pid {hang.Worker.Pid}) {outcome}";
}
