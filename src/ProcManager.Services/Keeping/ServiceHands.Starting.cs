using ProcManager.Posix;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <content>Starts of the start and the stop command, which may hang.</content>
internal sealed partial class ServiceHands
{
    private void Launch(KeptService service, int run)
    {
        if (service.Start is { IsOver: false })
        {
            happened(service, new ServiceEvent.LaunchFailed(run, PendingStart.Hangs));
            return;
        }

        int output = -1;
        try
        {
            bool isNextKnown = StartToken.IsNextKnown(service.Stored, service.Token);
            service.Token = StartToken.Next(service.Token);
            if (!isNextKnown) // otherwise a restart is not held up by the disk
            {
                StateKeeping.Store(room, service, StoredPhase.Starting);
            }

            output = OpenOutput(service, isNew: true);
            ServiceCommand command = service.Definition.Start!;
            KeyValuePair<string, string>[] marks = Adoption.Marks(room.Folder, service.Name, service.Token);
            service.Start = PendingStart.Begin(room.Loop, to => room.Parts.Spawn(command, marks, null, to), output, pid => Launched(service, run, pid), problem => NotLaunched(service, run, problem));
        }
        catch (Exception e) // whatever it is, the brain waits for an answer
        {
            Descriptors.Close(output);
            NotLaunched(service, run, e.Message.TrimEnd('.'));
        }
    }

    private void Launched(KeptService service, int run, int pid)
    {
        WatchedProcess child;
        try
        {
            child = WatchedProcess.OfChild(room.Loop, pid, endsGroup: service.IsForeground, end => Ended(service, run, end));
        }
        catch (Exception e) // it was killed again
        {
            NotLaunched(service, run, e.Message.TrimEnd('.'));
            return;
        }

        if (service.IsLeft || !service.Condition.Awaits(run))
        {
            child.SignalGroup(Signals.KILL); // nothing waits for it (any more); the loop reaps it
            return;
        }

        // Told before what may fail: the process runs, whatever becomes of its record.
        service.Child = child;
        happened(service, new ServiceEvent.Launched(run, child.Process));
        StateKeeping.Store(room, service, StoredPhase.Running);
        if (service.Condition.Told == ServiceChange.StartFailed)
        {
            KeeperLog.StartedAgain(room.Log, service.Name, child.Process.Pid); // by itself the line would read as success
        }
        else
        {
            KeeperLog.Started(room.Log, service.Name, child.Process.Pid);
        }
    }

    private void NotLaunched(KeptService service, int run, string problem)
    {
        happened(service, new ServiceEvent.LaunchFailed(run, problem));
        StateKeeping.Store(room, service);
    }

    private void RunStopCommand(KeptService service)
    {
        if (service.StopStart is { IsOver: false })
        {
            StopCommandEnded(service, new ProcessEnd($"is not run: {PendingStart.Hangs}", true));
            return;
        }

        int output = -1;
        try
        {
            output = OpenOutput(service, isNew: false);
            ServiceCommand command = service.Definition.Stop!;
            KeyValuePair<string, string>[] marks = Adoption.Marks(room.Folder, service.Name, "");
            service.StopStart = PendingStart.Begin(room.Loop, to => room.Parts.Spawn(command, marks, null, to), output, pid => StopCommandRuns(service, pid), problem => StopCommandEnded(service, new ProcessEnd($"could not be started: {problem}", true)));
        }
        catch (Exception e) // as above
        {
            Descriptors.Close(output);
            StopCommandEnded(service, new ProcessEnd($"could not be started: {e.Message.TrimEnd('.')}", true));
        }
    }

    private void StopCommandRuns(KeptService service, int pid)
    {
        try
        {
            service.StopCommand = WatchedProcess.OfChild(room.Loop, pid, endsGroup: false, end => StopCommandEnded(service, end));
        }
        catch (Exception e) // as above
        {
            StopCommandEnded(service, new ProcessEnd(e.Message.TrimEnd('.'), true));
        }
    }

    /// <summary>A stop command whose start hangs does not hold up the stop for ever.</summary>
    private void AbandonStopCommand(KeptService service)
    {
        if (service.StopStart is { IsOver: false } start)
        {
            start.Abandon();
            StopCommandEnded(service, new ProcessEnd("could not be started in time; the user database or a file system may not answer", true));
        }
    }
}
