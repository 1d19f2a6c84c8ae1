namespace ProcManager.Supervision;

/// <summary>What the samples of one worker's processor time have shown.</summary>
/// <param name="Request">The request under way at the last sample; null when idle.</param>
/// <param name="CpuAtRequest">The processor time when that request was first seen.</param>
/// <param name="Cpu">The processor time at the last sample.</param>
/// <param name="At">When that was.</param>
/// <param name="Step">0: none of the ladder's steps was taken.</param>
internal sealed record RogueState(RequestKey? Request, TimeSpan CpuAtRequest, TimeSpan Cpu, TimeSpan At, int Step);

/// <summary>Workers that burn processor time: INT, TERM, KILL, written off, a step a look; forgiven as soon as they are calm. Without signals: told to leave, KILL, written off.</summary>
internal static class RogueWatch
{
    /// <summary>Less than a tenth of one processor is calm.</summary>
    private const double Calm = 0.1;

    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        foreach (WorkerSample sample in looked.Samples)
        {
            if (turn.Find(sample.Slot) is { Phase: not (WorkerPhase.Launching or WorkerPhase.Starting or WorkerPhase.Kept), IsCrashing: false } worker)
            {
                Judge(turn, worker, sample);
            }
        }
    }

    private static void Judge(Turn turn, WorkerState worker, WorkerSample sample)
    {
        RequestKey? request = sample.Requests.Length > 0 ? sample.Requests[0].Key : sample.Unknown ? worker.Rogue?.Request : null;
        RogueState before = worker.Rogue ?? new RogueState(request, sample.Cpu, sample.Cpu, turn.Now, 0);
        RogueState now = before with
        {
            Request = request,
            CpuAtRequest = request == before.Request ? before.CpuAtRequest : sample.Cpu,
            Cpu = sample.Cpu,
            At = turn.Now,
        };
        RoguePolicy policy = turn.Policy.Rogues;
        TimeSpan inRequest = now.Cpu - now.CpuAtRequest;
        bool overInRequest = policy.RequestLimit > TimeSpan.Zero && request is not null && inRequest > policy.RequestLimit;
        bool over = overInRequest || (policy.LifeLimit > TimeSpan.Zero && now.Cpu > policy.LifeLimit);
        bool calm = now.Cpu - before.Cpu <= (turn.Now - before.At) * Calm;
        if (over && !calm)
        {
            Climb(turn, worker with { Rogue = now }, overInRequest ? inRequest : now.Cpu, overInRequest ? policy.RequestLimit : policy.LifeLimit, overInRequest);
            return;
        }

        if (before.Step is > 0 and < 4)
        {
            turn.Do(new PoolAction.SayForgiven(worker.Slot));
            now = now with { Step = 0 };
        }

        turn.Put(worker with { Rogue = now });
    }

    private static void Climb(Turn turn, WorkerState worker, TimeSpan cpu, TimeSpan limit, bool inRequest)
    {
        bool signals = !turn.Policy.Rogues.NoSignals;
        int step = worker.Rogue!.Step + 1;
        step = step == 2 && !signals ? 3 : step;
        worker = worker with { Rogue = worker.Rogue with { Step = Math.Min(step, 5) } };
        turn.Put(worker);
        switch (step)
        {
            case 1:
                turn.Do(new PoolAction.SayRogue(worker.Slot, signals ? "INT" : "the word to leave", cpu, limit, inRequest));
                if (worker.IsLive)
                {
                    turn.TellToLeave(worker, WorkerExitCause.CpuLimit, UnixSignal.Int);
                }
                else if (signals)
                {
                    turn.Do(new PoolAction.SendSignal(worker.Slot, UnixSignal.Int));
                }

                break;
            case 2:
                turn.Do(new PoolAction.SayRogue(worker.Slot, "TERM", cpu, limit, inRequest));
                turn.Do(new PoolAction.SendSignal(worker.Slot, UnixSignal.Term));
                break;
            case 3:
                turn.Do(new PoolAction.SayRogue(worker.Slot, "KILL", cpu, limit, inRequest));
                Deadlines.Kill(turn, worker, WorkerExitCause.CpuLimit, turn.Now - worker.StartedAt);
                break;
            case 4:
                turn.Put(worker with { Deadline = null, LetGo = true, IsWrittenOff = true });
                turn.Do(new PoolAction.SayWrittenOff(worker.Slot));
                break;
            default:
                break; // nothing is stronger than KILL
        }
    }
}
