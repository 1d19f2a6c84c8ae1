namespace ProcManager.Runtime;

/// <summary>Whom the manager's loop tells. Implemented by <see cref="ProcessManager"/>, which raises the host's events.</summary>
internal interface IPoolObserver
{
    string WorkerTitle(int slot);

    void WorkerStarted(WorkerHandle worker);

    void WorkerReady(WorkerHandle worker);

    void WorkerExited(WorkerExit exit);

    void PoolReady();

    void ReloadBegan(int generation);

    /// <summary>The configuration is wrong, so no reload begins.</summary>
    void ReloadRefused(int generation, string reason);

    void ReloadFinished(ReloadOutcome outcome, int generation, string? reason);

    void WorkerHung(WorkerHandle worker, HangKind kind, TimeSpan age, string request, string client);

    void AcceptChanged(bool paused);

    /// <summary>An operator or the host has paused or resumed the pool.</summary>
    void PauseChanged(bool paused);

    /// <summary>Null: as the program has it.</summary>
    void LogLevelChanged(Microsoft.Extensions.Logging.LogLevel? level);

    /// <summary>The pool was told to stop and serves on for this time before it does.</summary>
    void DrainBegan(TimeSpan delay);

    void Stopping();
}
