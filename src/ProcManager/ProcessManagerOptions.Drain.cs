namespace ProcManager;

/// <content>What comes before the graceful stop.</content>
public sealed partial class ProcessManagerOptions
{
    /// <summary>
    /// How long the pool serves on after it was told to stop, while <c>/ready</c> of the status page already says no: time for a load balancer to send new connections elsewhere. Workers that crash are replaced meanwhile.
    /// A further TERM, INT or QUIT ends this time and the graceful stop begins; one more kills.
    /// </summary>
    /// <value>The default is zero: the stop begins at once. Zero to 1 hour.</value>
    public TimeSpan DrainDelay { get; set; }
}
