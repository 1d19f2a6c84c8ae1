using System.Globalization;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager;

public partial class ProcessManager
{
    /// <summary>Replaces every worker, as HUP does. Comes back at once; <see cref="ReloadFinished"/> tells the outcome. Manager process, from any thread.</summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Reload() => Post(new ManagerEvent.ReloadRequested());

    /// <summary>Stops gracefully, as TERM does; called again it kills. With a <see cref="ProcessManagerOptions.DrainDelay"/> the second call ends that delay, and the third kills. Comes back at once. Manager process, from any thread.</summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Stop() => Post(new ManagerEvent.StopRequested());

    /// <summary>
    /// Stops the whole pool gracefully, once: unlike <see cref="Stop"/> and TERM a second call does not kill. Comes back at once. In the manager from any thread; in a
    /// worker it asks the manager to; in a plain process it is <see cref="Leave"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or has ended.</exception>
    public void Shutdown()
    {
        if (Role == ProcessRole.Manager)
        {
            Post(new ManagerEvent.ShutdownRequested());
        }
        else if (Role == ProcessRole.Worker)
        {
            Serving.AskForShutdown();
        }
        else
        {
            Leave();
        }
    }

    /// <summary>
    /// Hands over a child that this program started by itself (fork, posix_spawn): when it ends it is reaped without a word, and when the manager stops it gets TERM,
    /// and KILL after <see cref="ProcessManagerOptions.DieTimeout"/>. Not for a <see cref="System.Diagnostics.Process"/>, which the runtime reaps: hand over the object. Manager process, from any thread, also before <see cref="Manage()"/>.
    /// </summary>
    /// <param name="processId">A child of this process.</param>
    /// <exception cref="ArgumentException">It is no child of this process.</exception>
    public void Adopt(int processId)
    {
        if (!Children.IsOurs(processId))
        {
            throw new ArgumentException($"Process {processId} is no child of this process ({Environment.ProcessId}), so it cannot be reaped here.", nameof(processId));
        }

        HandOver(new ManagerEvent.Adopted(processId, Reaps: true, ProcFs.StartTime(processId)));
    }

    /// <summary>As <see cref="Adopt(int)"/>; the runtime goes on to reap it and to keep its exit code.</summary>
    /// <param name="process">A process that was started.</param>
    public void Adopt(System.Diagnostics.Process process)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (process.HasExited)
        {
            return; // its number may be anybody's
        }

        HandOver(new ManagerEvent.Adopted(process.Id, Reaps: false, ProcFs.StartTime(process.Id)));
    }

    private void HandOver(ManagerEvent.Adopted adopted)
    {
        lock (_adoptedBefore)
        {
            if (_inbox is null)
            {
                _adoptedBefore.Add(adopted);
            }
            else
            {
                _inbox.Post(adopted);
            }
        }
    }

    /// <summary>Changes how many workers there are (<see cref="PoolSizing.Static"/>), or may be at most; kept across a reload. Manager process, from any thread.</summary>
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

    /// <summary>
    /// Lets no worker accept a new connection, until <see cref="Resume"/>: workers finish what they have, connections that are kept open are served on, and new ones wait in the queue of the listener (the backlog,
    /// beyond which the kernel refuses them). <c>/ready</c> says no meanwhile. For hosts that accept through this library; a wait of the host's own is not stopped. A reload does not end the pause. Comes back at once.
    /// Manager process, from any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Pause() => Post(new ManagerEvent.PauseRequested(true));

    /// <summary>Ends <see cref="Pause"/>. Comes back at once. Manager process, from any thread.</summary>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void Resume() => Post(new ManagerEvent.PauseRequested(false));

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

    /// <summary>The manager's title, and what lines on standard error begin with.</summary>
    private string Title => Options.ProcessTitle ?? ProgramName.Title;

    private string WorkerTitle(int slot) => Title + WorkerSuffix(slot);

    // The kernel keeps 15 bytes of a process's name. Of a long title so many go that a worker's name still differs from the manager's, and pkill -x finds the manager only.
    private void BearWorkerTitle()
    {
        const int Left = 12;
        ProcessName = WorkerTitle(Slot);
        ProcessTitle.Set(ProcessName, ProcessTitle.Cut(Title, Left) + WorkerSuffix(Slot));
    }

    private static string WorkerSuffix(int slot) => string.Create(CultureInfo.InvariantCulture, $": worker {slot}");

    private readonly List<ManagerEvent.Adopted> _adoptedBefore = [];

    private void Post(ManagerEvent wish) => (_inbox ?? throw new InvalidOperationException("This process does not manage: it is no manager, or Manage has not been called, or has ended.")).Post(wish);
}
