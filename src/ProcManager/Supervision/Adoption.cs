namespace ProcManager.Supervision;

/// <summary>A child of the host that was handed over. <see cref="Deadline"/>: set once it was told to end.</summary>
internal sealed record AdoptedState(int ProcessId)
{
    internal TimeSpan? Deadline { get; init; }

    internal bool Told { get; init; }

    internal int Kills { get; init; }

    /// <summary>Not even the third KILL has ended the child: the kernel holds it.</summary>
    internal bool IsWrittenOff => Kills > 2;
}

/// <summary>Children of the host: reaped without a word, told to end when the pool stops, and waited for as workers are.</summary>
internal static class Adoption
{
    internal static void Adopt(Turn turn, ManagerEvent.Adopted adopted)
    {
        int processId = adopted.ProcessId;
        if (turn.State.Adopted.Any(a => a.ProcessId == processId))
        {
            return;
        }

        turn.State = turn.State with { Adopted = [.. turn.State.Adopted, new AdoptedState(processId)] };
        turn.Do(new PoolAction.WatchAdopted(processId, adopted.Reaps, adopted.StartTime));
        if (turn.State.Phase == PoolPhase.Killing)
        {
            Kill(turn);
        }
        else if (turn.State.Phase != PoolPhase.Running)
        {
            Stop(turn);
        }
    }

    internal static void Ended(Turn turn, int processId) =>
        turn.State = turn.State with { Adopted = [.. turn.State.Adopted.Where(a => a.ProcessId != processId)] };

    internal static void Stop(Turn turn)
    {
        AdoptedState[] adopted = [.. turn.State.Adopted];
        for (int i = 0; i < adopted.Length; i++)
        {
            if (!adopted[i].Told)
            {
                turn.Do(new PoolAction.SignalAdopted(adopted[i].ProcessId, UnixSignal.Term));
                adopted[i] = adopted[i] with { Told = true, Deadline = turn.Now + turn.Policy.DieTimeout };
            }
        }

        turn.State = turn.State with { Adopted = adopted };
    }

    internal static void Kill(Turn turn)
    {
        AdoptedState[] adopted = [.. turn.State.Adopted];
        for (int i = 0; i < adopted.Length; i++)
        {
            turn.Do(new PoolAction.SignalAdopted(adopted[i].ProcessId, UnixSignal.Kill));
            adopted[i] = adopted[i] with { Told = true, Deadline = turn.Now + Deadlines.KillAgain, Kills = adopted[i].Kills + 1 };
        }

        turn.State = turn.State with { Adopted = adopted };
    }

    internal static void Enforce(Turn turn)
    {
        AdoptedState[] adopted = [.. turn.State.Adopted];
        for (int i = 0; i < adopted.Length; i++)
        {
            if (adopted[i].Deadline is { } deadline && deadline <= turn.Now)
            {
                turn.Do(new PoolAction.SignalAdopted(adopted[i].ProcessId, UnixSignal.Kill));
                adopted[i] = adopted[i] with { Deadline = turn.Now + Deadlines.KillAgain, Kills = adopted[i].Kills + 1 };
            }
        }

        turn.State = turn.State with { Adopted = adopted };
    }
}
