namespace ProcManager.Services;

/// <summary>How a service belongs to its keeper.</summary>
public enum ServiceKind
{
    /// <summary>
    /// The start command brings the service up and exits, or goes on; what it has started has a session of its own. The keeper finds it by its checks,
    /// and neither the keeper's end nor its stop ends the service.
    /// </summary>
    Detached,

    /// <summary>
    /// The start command is the service: it stays in the foreground as a child of the keeper. The keeper sees its end at once, keeps what it writes in a log
    /// of its own, and stops it when the keeper itself is stopped.
    /// </summary>
    Foreground,
}
