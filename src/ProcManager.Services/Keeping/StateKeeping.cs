using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>Writes and reads the state files, by which a later keeper knows what this one has started.</summary>
internal static class StateKeeping
{
    /// <summary>Writes the state when it differs from what was written last. A service is started also when the disk takes nothing.</summary>
    internal static void Store(KeeperRoom room, KeptService service, StoredPhase phase)
    {
        StoredState state = StateOf(room, service, phase, service.Condition.IsPaused) with { Halt = HaltOf(service.Condition) };
        if (state == service.Stored)
        {
            return;
        }

        try
        {
            Write(room, service, state);
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

    /// <summary>Before the pause: an operator relies on it, also after a power loss.</summary>
    /// <exception cref="ProcManagerException">It cannot be stored.</exception>
    internal static void StorePause(KeeperRoom room, KeptService service, bool halts = false)
    {
        try
        {
            Write(room, service, StateOf(room, service, service.Phase, isPaused: true) with { Halt = halts ? StoredHalt.Begun : StoredHalt.None });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProcManagerException($"The service '{service.Name}' is not paused: the pause cannot be stored, and the next keeper would not know of it: {e.Message} Make '{room.Folder.State(service.Name)}' writable, and pause again.", e);
        }
    }

    /// <summary>Before a pause ends: otherwise the next keeper would have the service paused again.</summary>
    /// <exception cref="ProcManagerException">It cannot be stored.</exception>
    internal static void StoreEndOfPause(KeeperRoom room, KeptService service, string order)
    {
        try
        {
            Write(room, service, StateOf(room, service, service.Phase, isPaused: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProcManagerException($"The service '{service.Name}' is not {(order == "resume" ? "resumed" : "restarted")}: that it is not paused any more cannot be stored, and the next keeper would not know of it: {e.Message} Make '{room.Folder.State(service.Name)}' writable, and {order} it again.", e);
        }
    }

    /// <summary>The process of a detached service that was seen last, also by an earlier keeper; null: none, or of another boot.</summary>
    internal static SeenProcess? LastProcess(KeeperRoom room, KeptService service) =>
        !service.IsForeground && service.Stored is { Kind: ServiceKind.Detached } stored && stored.Boot == room.Boot ? stored.Service : null;

    private static StoredState StateOf(KeeperRoom room, KeptService service, StoredPhase phase, bool isPaused) => new()
    {
        Kind = service.Definition.Kind,
        Phase = phase,
        Token = service.Token,
        Process = phase == StoredPhase.Running ? service.Child?.Process : null,
        Service = service.IsForeground ? null : service.Condition.LastProcess,
        LeftoversAsked = service.Condition.LeftoversAsked,
        Boot = room.Boot,
        IsPaused = isPaused,
        Death = service.Death,
    };

    private static StoredHalt HaltOf(ServiceCondition service) => service switch
    {
        not { IsPaused: true, IsHalted: true } => StoredHalt.None,
        { State: ServiceState.Stopping } => StoredHalt.Begun,
        _ => StoredHalt.Done,
    };

    private static void Write(KeeperRoom room, KeptService service, StoredState state)
    {
        state.Write(room.Folder.State(service.Name), survivesPowerLoss: state.IsPaused || (service.Stored?.IsPaused ?? false)); // what replaces a pause that is on the disk must not be less sure
        service.Stored = state;
        service.StoringFails = false;
    }

    /// <summary>The phase that goes with the processes that the service has now. What is stored of an earlier start is enough to find the process of the one under way; that one is not held up by the disk.</summary>
    internal static void Store(KeeperRoom room, KeptService service)
    {
        if (service.Phase != StoredPhase.Starting || service.Stored is not { Phase: StoredPhase.Running } stored || !StartToken.IsLater(service.Token, stored.Token) || stored.IsPaused != service.Condition.IsPaused)
        {
            Store(room, service, service.Phase);
        }
    }

    /// <summary>Takes over what an earlier keeper has left, and the process that is kept on.</summary>
    internal static void Restore(KeeperRoom room, KeptService service, Adoption adoption, Action<ProcessEnd> ended)
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

        service.Death = stored?.Death;
        service.Stored = stored;
        service.Token = stored?.Token ?? "";
        if (adoption.Find(service.Definition, stored) is { } process && WatchedProcess.OfEarlierKeeper(room.Loop, process, endsGroup: service.IsForeground, ended) is { } watched)
        {
            service.Child = watched;
            KeeperLog.Adopted(room.Log, service.Name, process.Pid);
        }
    }
}
