namespace ProcManager.Supervision;

/// <summary>
/// An operator asks for the stacks of a worker that need not be hung. The hands start a process that reads them, as for a hung worker; nothing is done about the worker.
/// </summary>
internal static class OperatorStacks
{
    internal static void Request(Turn turn, ManagerEvent.StacksRequested request)
    {
        if (turn.Find(request.Slot) is not { Phase: not WorkerPhase.Launching } worker)
        {
            turn.Do(new PoolAction.AnswerOperator(request.Answer, $"There is no worker in slot {request.Slot} any more."));
        }
        else if (worker.Hang is { Step: HangStep.Capturing })
        {
            turn.Do(new PoolAction.AnswerOperator(request.Answer, "The worker hangs, and the watchdog captures its stacks at this moment; they go to the log."));
        }
        else
        {
            turn.Do(new PoolAction.CaptureForOperator(request.Slot, request.Answer));
        }
    }
}
