using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>One service in the hands of the keeper: what the brain knows of it, and the processes and files that belong to it. The loop's thread changes it; <see cref="Status"/> may be read by any thread.</summary>
internal sealed class KeptService
{
    private volatile ServiceStatus _status;

    internal KeptService(ServiceDefinition definition)
    {
        Definition = definition;
        _status = new ServiceStatus(definition.Name, definition.Kind, ServiceState.Unknown, DateTimeOffset.UtcNow, null, 0, "", null);
    }

    internal ServiceDefinition Definition
    {
        get;
        set => (field, WakesAt) = (value, Condition.WakeAt(value));
    }

    internal string Name => Definition.Name;

    internal bool IsForeground => Definition.Kind == ServiceKind.Foreground;

    internal ServiceCondition Condition
    {
        get;
        set => (field, WakesAt) = (value, value.WakeAt(Definition));
    } = new();

    /// <summary>The next deadline of the condition. Kept, because the loop asks each service at each turn.</summary>
    internal TimeSpan? WakesAt { get; private set; }

    internal IReadOnlyList<IServiceProbe> Probes { get; set; } = [];

    internal IReadOnlyList<IServiceNotifier> Notifiers { get; set; } = [];

    /// <summary>The process of the last start command.</summary>
    internal WatchedProcess? Child { get; set; }

    /// <summary>The process of a detached service that is being stopped.</summary>
    internal WatchedProcess? Identified { get; set; }

    internal WatchedProcess? StopCommand { get; set; }

    /// <summary>The last start; its process is not there yet, or is <see cref="Child"/>.</summary>
    internal PendingStart? Start { get; set; }

    /// <summary>The last start of the stop command.</summary>
    internal PendingStart? StopStart { get; set; }

    /// <summary>How far its start has come.</summary>
    internal StoredPhase Phase => Child is not null ? StoredPhase.Running : Start is { IsOver: false } ? StoredPhase.Starting : StoredPhase.None;

    /// <summary>The named pipe of a foreground service, open to be read; negative: there is none.</summary>
    internal int Pipe { get; set; } = -1;

    /// <summary>Of the last start.</summary>
    internal string Token { get; set; } = "";

    internal ServiceDeath? Death { get; set; }

    /// <summary>The last snapshot, which may still be under way.</summary>
    internal Task<string?> Snapshot { get; set; } = Task.FromResult<string?>(null);

    /// <summary>What the state file says; null: nothing yet.</summary>
    internal StoredState? Stored { get; set; }

    internal bool StoringFails { get; set; }

    /// <summary>What its start command has written is too long and cannot be cut; that was said.</summary>
    internal bool TruncatingFails { get; set; }

    /// <summary>The definitions do not have it any more: it is neither looked for nor started.</summary>
    internal bool IsLeft { get; set; }

    /// <summary>As far as the keeper knows.</summary>
    internal bool Runs => IsForeground ? Child is not null : Condition.IsUp || Condition.Process is not null;

    /// <summary>The keeper's stop was passed on to it.</summary>
    internal bool StopRequested { get; set; }

    internal ServiceStatus Status => _status;

    /// <summary>Publishes the condition. True: the state is another one.</summary>
    internal bool Publish(DateTimeOffset now)
    {
        ServiceStatus before = _status;
        bool isOther = before.State != Condition.State;
        int? pid = Child is { } child && IsForeground ? child.Process.Pid : Condition.Process?.Pid;
        ServiceStatus after = before with
        {
            Kind = Definition.Kind,
            State = Condition.State,
            Since = isOther ? now : before.Since,
            Pid = pid,
            Restarts = Condition.RestartCount,
            Reason = Condition.Reason,
            LastDeath = Death,
        };
        if (after != before)
        {
            _status = after;
        }

        return isOther;
    }
}
