namespace ProcManager.Supervision;

/// <summary>How far a restart in place has come.</summary>
internal enum RestartStep
{
    /// <summary>None was asked for.</summary>
    None,

    /// <summary>The new program is tried in a process of its own.</summary>
    Trying,

    /// <summary>The new program can start; it waits until nothing is under way that it could not take over.</summary>
    Waiting,
}

/// <summary>
/// A restart of the manager in place (USR2): the new program is tried first, and takes over this process by exec while the workers serve on. What a new manager would know nothing of is finished before.
/// </summary>
internal static class RestartInPlace
{
    private const string What = "restart in place";

    internal static void Request(Turn turn)
    {
        if (turn.State.IsStopping)
        {
            turn.Do(new PoolAction.SayIgnored(What, "the pool is stopping"));
        }
        else if (turn.State.Restart != RestartStep.None)
        {
            turn.Do(new PoolAction.SayIgnored(What, "one is under way"));
        }
        else
        {
            turn.State = turn.State with { Restart = RestartStep.Trying, RestartBy = turn.Now + turn.Policy.StartTimeout };
            turn.Do(new PoolAction.TryNewProgram());
        }
    }

    /// <summary>The trial is over. Failure: null when the new program can start.</summary>
    internal static void Tried(Turn turn, string? failure)
    {
        if (turn.State.Restart != RestartStep.Trying)
        {
            return; // the pool stops
        }

        if (failure is not null)
        {
            Refused(turn, failure);
            return;
        }

        turn.State = turn.State with { Restart = RestartStep.Waiting, RestartBy = null };
        if (UnderWay(turn.State with { Workers = [.. turn.Workers] }).ToArray() is { Length: > 0 } underWay)
        {
            turn.Do(new PoolAction.SayRestartWaits(string.Join(", ", underWay)));
        }
    }

    /// <summary>Nothing has changed: the manager goes on.</summary>
    internal static void Refused(Turn turn, string reason)
    {
        turn.State = turn.State with { Restart = RestartStep.None, RestartBy = null };
        turn.Do(new PoolAction.SayRestartRefused(reason));
    }

    internal static void Enforce(Turn turn)
    {
        if (turn.State.RestartBy is { } by && by <= turn.Now)
        {
            turn.State = turn.State with { RestartBy = null };
            turn.Do(new PoolAction.EndTrial()); // its end is told by Tried
        }
    }

    /// <summary>The new program may take over now: asked at the end of each turn, when all is decided on that has happened.</summary>
    internal static bool IsDue(PoolState state) => state is { Restart: RestartStep.Waiting, IsStopping: false } && !UnderWay(state).Any();

    /// <summary>The pool stops: nothing is taken over any more.</summary>
    internal static void GiveUp(Turn turn)
    {
        if (turn.State.Restart == RestartStep.Trying)
        {
            turn.Do(new PoolAction.EndTrial());
        }

        turn.State = turn.State with { Restart = RestartStep.None, RestartBy = null };
    }
    /// <summary>What a new manager would know nothing of.</summary>
    private static IEnumerable<string> UnderWay(PoolState state)
    {
        if (!state.ReadyAnnounced)
        {
            yield return "the start of the pool";
        }

        if (state.Reload is not null || state.ReloadAgain)
        {
            yield return "the reload";
        }

        if (state.PerRequest.Waiting.Length is > 0 and var waiting)
        {
            yield return waiting == 1 ? "1 connection that waits in the manager for a worker" : $"{waiting} connections that wait in the manager for workers";
        }

        if (state.Workers.Any(static w => w.IsAway))
        {
            yield return "the capture of a hung worker's stacks";
        }

        if (state.Workers.Any(static w => w.Phase == WorkerPhase.Launching))
        {
            yield return "the start of a worker's process";
        }
    }
}
