using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <content>What a restart in place takes.</content>
internal sealed partial class ActionRunner
{
    /// <summary>False: the action is about something else.</summary>
    private bool Restart(PoolAction action, Queue<ManagerEvent> followUps)
    {
        switch (action)
        {
            case PoolAction.TryNewProgram:
                Later(() => RestartLog.Tries(log, launcher.Path));
                tools.NewProgram.Try(followUps);
                return true;
            case PoolAction.EndTrial:
                tools.NewProgram.End();
                return true;
            case PoolAction.SayRestartRefused refused:
                Later(() => RestartLog.Refused(log, refused.Reason));
                return true;
            default:
                return false;
        }
    }
}
