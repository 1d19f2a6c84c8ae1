using System.Text;
using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Commands;
using ProcManager.Services.Snapshots;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>Does what the brain has decided for a service. On the loop's thread.</summary>
/// <param name="room">What services share.</param>
/// <param name="happened">Gets what follows.</param>
internal sealed partial class ServiceHands(KeeperRoom room, Action<KeptService, ServiceEvent> happened)
{
    /// <summary>Characters; a longer line loses its beginning.</summary>
    private const int MaxLastLine = 300;

    internal void Do(KeptService service, ServiceEffect effect)
    {
        switch (effect)
        {
            case ServiceEffect.Look look:
                room.Rounds.Add(service, look.Number);
                break;
            case ServiceEffect.Launch launch:
                Launch(service, launch.Run);
                break;
            case ServiceEffect.EndLeftovers left:
                if (Leftovers.End(room.Log, service.Definition, left.Leader, left.Forcefully ? Signals.KILL : Signals.TERM))
                {
                    happened(service, new ServiceEvent.AskedLeftovers(left.Leader));
                }

                break;
            case ServiceEffect.Watch watch:
                Watch(service, watch.Process);
                break;
            case ServiceEffect.Terminate:
                service.Identified?.Signal(Signals.TERM);
                service.Child?.SignalGroup(Signals.TERM);
                break;
            case ServiceEffect.Kill:
                service.Identified?.Signal(Signals.KILL);
                service.Child?.SignalGroup(Signals.KILL);
                service.StopCommand?.SignalGroup(Signals.KILL);
                AbandonStopCommand(service);
                break;
            case ServiceEffect.AbandonStart:
                service.Start?.Abandon();
                break;
            case ServiceEffect.KillStart:
                if (service.Identified is not { } process || ProcFs.Group(process.Process.Pid) != service.Child?.Process.Pid)
                {
                    service.Child?.SignalGroup(Signals.KILL);
                }

                break;
            case ServiceEffect.Refuse refuse:
                KeeperLog.Refused(room.Log, service.Name, refuse.What);
                break;
            case ServiceEffect.TellNotStopped not:
                KeeperLog.NotStopped(room.Log, service.Name, not.What);
                break;
            case ServiceEffect.RunStopCommand:
                RunStopCommand(service);
                break;
            case ServiceEffect.TakeSnapshot snapshot:
                TakeSnapshot(service, snapshot);
                break;
            case ServiceEffect.RecordDeath death:
                service.Death = new ServiceDeath(DateTimeOffset.UtcNow, death.Reason, null);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect, "There is nothing to do for this effect.");
        }
    }

    /// <summary>The process of a start has ended: of one that was just started, or of one of an earlier keeper.</summary>
    internal void Ended(KeptService service, int run, ProcessEnd end)
    {
        if (run != service.Condition.Run)
        {
            return; // it was refused
        }

        service.Child = null;
        if (service.Pipe >= 0)
        {
            room.Output.Post(service.Pipe, static log => log.End());
        }

        happened(service, new ServiceEvent.Ended(run, end.IsFailure && !service.IsForeground ? end.How + LastLine(service) : end.How, end.IsFailure));
    }

    /// <summary>What the start command has written last is mostly why it failed.</summary>
    private string LastLine(KeptService service)
    {
        string line = KeptOutput.LastLines(Encoding.UTF8.GetString(LogTail.Of(room.Folder.StartOutput(service.Name))), 1, MaxLastLine);
        return line.Length > 0 ? $": {line}" : "";
    }

    private void StopCommandEnded(KeptService service, ProcessEnd end)
    {
        service.StopCommand = null;
        if (end.IsFailure)
        {
            KeeperLog.StopCommandFailed(room.Log, service.Name, end.How);
        }

        happened(service, new ServiceEvent.StopCommandEnded(end.IsFailure));
    }

    /// <summary>A foreground service writes into its pipe; what a detached one inherits must not end with the keeper, so it is a file.</summary>
    private int OpenOutput(KeptService service, bool isNew)
    {
        if (service.IsForeground)
        {
            OpenPipe(service);
            return NamedPipes.OpenWriter(room.Folder.Pipe(service.Name));
        }

        string path = room.Folder.StartOutput(service.Name);
        int output;
        try
        {
            output = PrivateFile.OpenToAppend(path);
        }
        catch (Exception e) when (e is PosixException or ProcManagerException)
        {
            KeeperLog.NoStartOutput(room.Log, service.Name, path, e.Message); // on a disk that takes nothing a service is started all the same
            return PrivateFile.OpenNull();
        }

        if (isNew)
        {
            _ = LibC.ftruncate(output, 0); // not a new file: what an earlier start has left running would fill the old one unseen
        }

        return output;
    }

    /// <summary>Reads what a foreground service writes. Throws <see cref="PosixException"/>.</summary>
    internal void OpenPipe(KeptService service)
    {
        if (service.Pipe >= 0)
        {
            return;
        }

        string name = service.Name;
        int pipe = NamedPipes.OpenReader(room.Folder.Pipe(name));
        room.Output.Add(pipe, new RotatedLog(room.Folder.Log(name), service.Definition.Log, static () => DateTimeOffset.UtcNow, reason => KeeperLog.LogFails(room.Log, name, reason)));
        service.Pipe = pipe;
    }

    private void Watch(KeptService service, SeenProcess process)
    {
        service.Identified?.Close();
        service.Identified = WatchedProcess.OfOther(room.Loop, process, _ =>
        {
            service.Identified = null;
            happened(service, new ServiceEvent.ProcessGone(process));
        });
        if (service.Identified is null)
        {
            happened(service, new ServiceEvent.ProcessGone(process));
        }
    }

    private void TakeSnapshot(KeptService service, ServiceEffect.TakeSnapshot snapshot)
    {
        if (room.Snapshots is null)
        {
            service.Snapshot = Task.FromResult<string?>(null);
            happened(service, new ServiceEvent.SnapshotTaken(snapshot.Number));
            return;
        }

        string log = service.IsForeground ? room.Folder.Log(service.Name) : room.Folder.StartOutput(service.Name);
        ServiceDeath death = service.Death!;
        service.Snapshot = room.Snapshots.TakeAsync(new SnapshotRequest(service.Definition, snapshot.Reason, death.At, snapshot.Process, File.Exists(log) ? log : null));
        _ = PostAsync(service.Snapshot);

        async Task PostAsync(Task<string?> taken)
        {
            string? folder = await taken.ConfigureAwait(false);
            room.Loop.Post(() =>
            {
                Remember(service, death, folder);
                happened(service, new ServiceEvent.SnapshotTaken(snapshot.Number));
            });
        }
    }

    /// <summary>The snapshot belongs to this death, if there was no other one since.</summary>
    private void Remember(KeptService service, ServiceDeath death, string? folder)
    {
        if (folder is not null && service.Death is { Snapshot: null } last && last.At == death.At)
        {
            service.Death = last with { Snapshot = folder };
            _ = service.Publish(DateTimeOffset.UtcNow);
            StateKeeping.Store(room, service);
        }
    }
}
