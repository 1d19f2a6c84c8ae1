using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>Writes and reads the state files, by which a later keeper knows what this one has started.</summary>
internal static class StateKeeping
{
    /// <summary>Writes the state when it differs from what was written last. A service is started also when the disk takes nothing.</summary>
    internal static void Store(KeeperRoom room, KeptService service, StoredPhase phase)
    {
        var state = new StoredState
        {
            Kind = service.Definition.Kind,
            Phase = phase,
            Token = service.Token,
            Process = phase == StoredPhase.Running ? service.Child?.Process : null,
            Boot = room.Boot,
            IsPaused = service.Condition.IsPaused,
            Death = service.Death,
        };
        if (state == service.Stored)
        {
            return;
        }

        try
        {
            state.Write(room.Folder.State(service.Name));
            service.Stored = state;
            service.StoringFails = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!service.StoringFails)
            {
                service.StoringFails = true;
                KeeperLog.StateNotWritten(room.Log, service.Name, e.Message);
            }
        }
    }

    /// <summary>The phase that goes with the processes that the service has now.</summary>
    internal static void Store(KeeperRoom room, KeptService service) => Store(room, service, service.Child is null ? StoredPhase.None : StoredPhase.Running);

    /// <summary>Takes over what an earlier keeper has left; gives the process that is kept on.</summary>
    internal static SeenProcess? Restore(KeeperRoom room, KeptService service, Adoption adoption, Action<ProcessEnd> ended, out bool isPaused)
    {
        StoredState? stored = null;
        try
        {
            stored = StoredState.Read(room.Folder.State(service.Name));
        }
        catch (ProcManagerException e)
        {
            KeeperLog.StateNotRead(room.Log, service.Name, e.Message);
        }

        isPaused = stored?.IsPaused ?? false;
        service.Death = stored?.Death;
        service.Stored = stored;
        service.Token = stored?.Token ?? "";
        if (adoption.Find(service.Definition, stored) is { } process && WatchedProcess.OfEarlierKeeper(room.Loop, process, endsGroup: service.IsForeground, ended) is { } watched)
        {
            service.Child = watched;
            KeeperLog.Adopted(room.Log, service.Name, process.Pid);
        }

        return service.Child?.Process;
    }
}
