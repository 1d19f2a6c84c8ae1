using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Status;

/// <summary>What the manager waits for, and what comes when the wait is too long (mission D13): the answer to "why does it not exit?".</summary>
internal sealed class PeekText
{
    private const string Endless = "without end";

    private readonly StringBuilder _text = new();
    private readonly PoolState _state;
    private readonly ScoreboardSnapshot _board;
    private readonly TimeSpan _now;

    private PeekText(PoolState state, ScoreboardSnapshot board, TimeSpan now) => (_state, _board, _now) = (state, board, now);

    internal static string Write(PoolState state, ScoreboardSnapshot board, TimeSpan now)
    {
        var peek = new PeekText(state, board, now);
        peek.WritePool();
        foreach (WorkerState worker in state.Workers)
        {
            peek.WriteWorker(worker);
        }

        foreach (AdoptedState child in state.Adopted)
        {
            peek.WriteChild(child);
        }

        return peek._text.ToString();
    }

    private string Wanted() => PerRequest.IsOn(_state) ? WorkerWords.WithRequest(_state.Target, _state.Most) : Say($"{_state.Target} wanted");

    private void WritePool()
    {
        Line(_state.Phase switch
        {
            PoolPhase.Running when _state.DrainUntil is { } until => Say($"the pool was told to stop and still serves, with {_state.Workers.Length} {Words.Of(_state.Workers.Length, "worker")}; the stop begins {In(until)}"),
            PoolPhase.Running => Say($"the pool runs: {_state.Workers.Length} {Words.Of(_state.Workers.Length, "worker")}, {Wanted()}, generation {_state.Generation}"),
            PoolPhase.Stopping => Say($"the pool stops: the manager exits with {_state.ExitCode} when {Rest()}"),
            PoolPhase.Killing => Say($"the pool was told to stop twice, so all workers are killed: the manager exits with {_state.ExitCode} when {Rest()}"),
            _ => "the pool has ended",
        });
        if (_state.IsPaused)
        {
            Line("the pool is paused: workers accept no new connections until an operator resumes it");
        }

        if (_state.Reload is { } reload)
        {
            Line(Say($"reload to generation {reload.Generation}: {Reload(reload)}{(_state.ReloadAgain ? "; one more follows" : "")}"));
        }

        if (_state.Breaker.Open)
        {
            Line(Say($"crash loop: workers end at each start; the next start comes {In(_state.Breaker.ProbeAt)}"));
        }

        Line(_state.NextWake is { } wake ? Say($"the manager acts without an event {In(wake)}") : "the manager sleeps until something happens");
    }

    private string Rest()
    {
        int children = _state.Adopted.Length;
        string workers = Say($"{_state.Workers.Length} {Words.Of(_state.Workers.Length, "worker")}");
        return children == 0 ? $"{workers} {(_state.Workers.Length == 1 ? "has" : "have")} ended" : Say($"{workers} and {children} handed over {(children == 1 ? "child" : "children")} have ended");
    }

    private string Reload(ReloadState reload) => reload switch
    {
        { CanaryHeld: false, CanaryUntil: { } until } => Say($"the first new worker is ready and has to live until {In(until)}"),
        { CanaryHeld: false } => "the manager waits until the first new worker is ready",
        { Leaving: > 0 } => Say($"the manager waits for {reload.Leaving} old {Words.Of(reload.Leaving, "worker")} that drain"),
        _ => "the manager waits until new workers are ready",
    };

    private void WriteWorker(WorkerState worker)
    {
        SlotSnapshot? slot = _board.Slots.FirstOrDefault(s => s.Slot == worker.Slot);
        string requests = slot is { Active: > 0 }
            ? Say($"; {slot.Active} {Words.Of(slot.Active, "request")} under way{(slot.Request is { Length: > 0 } request ? $": {Printable.Of(request)}{(slot.Client is { Length: > 0 } client ? $" from {Printable.Of(client)}" : "")}" : "")}")
            : "";
        Line(Say($"worker {worker.Slot} (pid {slot?.ProcessId ?? 0}, generation {worker.Generation}): {Waits(worker)}{requests}"));
    }

    private string Waits(WorkerState worker) => worker switch
    {
        { IsWrittenOff: true } => "KILL was sent three times and the kernel holds the process; the end of the pool does not wait for it",
        { Phase: WorkerPhase.Launching } => "its process is being made",
        { Phase: WorkerPhase.Starting } => $"starts; {Then(worker.Deadline, "it is killed and counts as failed (StartTimeout)")}",
        { Phase: WorkerPhase.Parked } => "stands by",
        { Phase: WorkerPhase.Kept } => "hangs, and is kept for a debugger until it ends",
        { Phase: WorkerPhase.Killed } => Say($"KILL was sent ({worker.LeaveCause}) and the process has not ended yet; {Then(worker.Deadline, "KILL is sent again")}"),
        { Phase: WorkerPhase.Leaving } => Say($"drains ({worker.LeaveCause}); {Then(worker.Deadline, "KILL follows (DieTimeout)")}"),
        { IsCrashing: true } => "crashes; its dump is being written",
        { Hang: { Step: HangStep.Capturing } } => "hangs; its stacks are being captured",
        { RetireFor: { } cause } => Say($"serves until its replacement is ready ({cause})"),
        { AskedFor: { } cause } => Say($"serves until it is its turn to be replaced ({cause})"),
        _ => "serves",
    };

    private void WriteChild(AdoptedState child) => Line(Say(
        $"child {child.ProcessId}, handed over: {(child.Told ? $"was told to end; {Then(child.Deadline, "KILL follows")}" : "runs")}"));

    private string Then(TimeSpan? deadline, string what) => deadline is { } at ? $"{In(at)} {what}" : $"the manager waits {Endless}";

    private string In(TimeSpan moment) => moment <= _now ? "now" : $"in {Words.Time(moment - _now)}";

    private void Line(string text) => _text.Append(text).Append('\n');

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
