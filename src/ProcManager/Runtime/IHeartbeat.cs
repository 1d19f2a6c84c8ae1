namespace ProcManager.Runtime;

/// <summary>What the manager's loop does from time to time to show that it turns.</summary>
internal interface IHeartbeat
{
    /// <summary>When it is due, by <see cref="Monotonic"/>.</summary>
    TimeSpan Next { get; }

    void Beat();
}
