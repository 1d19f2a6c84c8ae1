using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager;

public partial class ProcessManager
{
    /// <summary>Replaces every worker, as HUP does. Comes back at once; <see cref="ReloadFinished"/> tells the outcome. Manager process, from any thread.</summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Reload() => Post(new ManagerEvent.ReloadRequested());

    /// <summary>Stops gracefully, as TERM does; called again it kills. Comes back at once. Manager process, from any thread.</summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Stop() => Post(new ManagerEvent.StopRequested());

    /// <summary>Changes how many workers there are; kept across a reload. Manager process, from any thread.</summary>
    /// <param name="processCount">1 to 2048.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not allowed.</exception>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Scale(int processCount)
    {
        if (processCount is < 1 or > Limits.MaxProcessCount)
        {
            throw new ArgumentOutOfRangeException(nameof(processCount), processCount, $"Allowed: 1 to {Limits.MaxProcessCount}.");
        }

        Post(new ManagerEvent.SizeRequested(processCount));
    }

    /// <summary>This process's title, as last set by <see cref="Manage()"/> or <see cref="ChangeProcessName"/>; null before.</summary>
    public string? ProcessName { get; private set; }

    /// <summary>Changes this process's title as <c>ps</c> shows it, in the manager or in a worker. Cut to the room that the arguments had at the start. Linux only; elsewhere it does nothing.</summary>
    /// <param name="title">The title.</param>
    public void ChangeProcessName(string title)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ProcessName = title;
        ProcessTitle.Set(title);
    }

    private void Post(ManagerEvent wish) => (_inbox ?? throw new InvalidOperationException("This process does not manage: it is no manager, or Manage has not been called, or has ended.")).Post(wish);
}
