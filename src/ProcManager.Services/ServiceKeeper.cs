using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;
using ProcManager.Services.Notification;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services;

/// <summary>
/// Keeps services running: looks for each, restarts what is down, and remembers why it died. In any process on Linux 5.3 or later, with a thread of its own; the process may have other children. One keeper at a time has a
/// folder. <see cref="StopAsync"/> ends foreground services and leaves detached ones; when the process is killed, all go on, and the next keeper of the folder finds them.
/// </summary>
public sealed partial class ServiceKeeper : IAsyncDisposable, IDisposable
{
    private readonly ServiceKeeperOptions _options;
    private readonly KeeperParts _parts;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Running? _running;

    /// <summary>Makes a keeper; nothing is looked for before <see cref="Start"/>.</summary>
    /// <param name="options">What is kept, and where. Not to be changed afterwards: give another one to <see cref="Reload"/>.</param>
    /// <param name="loggers">Where the keeper's log goes, in the category <c>ProcManager.Services</c>; null: nowhere.</param>
    /// <param name="notifiers">Are told of the changes of every service, beside the command and the mail of the options.</param>
    /// <exception cref="ProcManagerConfigurationException">The options are not allowed.</exception>
    public ServiceKeeper(ServiceKeeperOptions options, ILoggerFactory? loggers = null, IEnumerable<IServiceNotifier>? notifiers = null)
        : this(options, Parts(loggers, notifiers))
    {
    }

    internal ServiceKeeper(ServiceKeeperOptions options, KeeperParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceKeeperOptionsValidator.ThrowIfInvalid(options);
        (_options, _parts) = (options, parts);
        Folder = KeeperFolder.PathOf(options);
    }

    /// <summary>The folder of the keeper's files, absolute.</summary>
    public string Folder { get; }

    /// <summary>Reads the definitions again, for the command <c>reload</c> of the control socket. Null, the default: that command is refused. What it throws is the answer of the command.</summary>
    public Func<ServiceKeeperOptions>? ReadDefinitions { get; set; }

    /// <summary>Ends when the keeper has ended, by <see cref="StopAsync"/> or by the command <c>stop</c> of the control socket.</summary>
    public Task Completion => _ended.Task;

    internal DateTimeOffset StartedAt { get; private set; }

    /// <summary>What has ended the keeper, other than an order; null: nothing.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Begins to keep the services. What an earlier keeper has started and what runs already is left alone. Returns when the services are known; their first checks may be under way.</summary>
    /// <exception cref="ProcManagerException">Another keeper has the folder, or it cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The keeper was started before.</exception>
    public void Start() => Begin(isOnce: false);

    /// <summary>
    /// Makes one round, as from cron: looks for all services, starts those that are down, and waits until each is up or has failed once. Detached services only. A keeper that was started is not asked for it.
    /// </summary>
    /// <param name="cancellationToken">Ends the round early; start commands that run go on.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ProcManagerConfigurationException">There is a foreground service, which would end with this process.</exception>
    /// <exception cref="ProcManagerException">Another keeper has the folder, or it cannot be used; or the round has failed before its end.</exception>
    public async Task<ServiceRunSummary> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        string[] foreground = [.. _options.Services.Where(static s => s.Kind == ServiceKind.Foreground).Select(static s => $"The service {s.Name} is of kind foreground, which a single round cannot keep: it is a child of the keeper. Make it detached, or run the keeper as a daemon.")];
        if (foreground.Length > 0)
        {
            throw new ProcManagerConfigurationException(foreground);
        }

        Running running = Begin(isOnce: true);
        using (cancellationToken.Register(() => running.Loop.Post(running.Keeper.Stop)))
        {
            await Completion.ConfigureAwait(false);
        }

        if (Failure is { } failure)
        {
            throw new ProcManagerException($"The round was not made to its end: {failure.Message} The log says more.", failure);
        }

        return new ServiceRunSummary(Status());
    }

    /// <summary>Stops foreground services, in the reverse order of their dependencies, and ends. Detached services are left running.</summary>
    /// <param name="cancellationToken">Ends the wait, not the stop.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_running is { } running && !Completion.IsCompleted)
        {
            running.Loop.Post(running.Keeper.Stop);
            await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the keeper knows now, in the order of the definitions. Empty before <see cref="Start"/>. Any thread.</summary>
    public IReadOnlyList<ServiceStatus> Status() => _running is { } running ? [.. running.Keeper.Services.Select(static s => s.Status)] : [];

    /// <summary>The service is neither looked for nor started, also by later keepers, until <see cref="Resume"/> or <see cref="Restart"/>. It is not stopped. Returns when that is so, and on the disk. Any thread.</summary>
    /// <param name="name">The service.</param>
    /// <exception cref="ProcManagerException">There is no such service, the keeper does not run, or the pause cannot be stored: then the service is not paused.</exception>
    public void Pause(string name) => Order(name, static (keeper, service) => keeper.Pause(service));

    /// <summary>Ends <see cref="Pause"/>, and tries again what was given up. Any thread.</summary>
    /// <param name="name">The service.</param>
    /// <exception cref="ProcManagerException">There is no such service, the keeper does not run, or the end of the pause cannot be stored: then the service stays paused.</exception>
    public void Resume(string name) => Order(name, static (keeper, service) => keeper.Resume(service));

    /// <summary>
    /// Stops one service and pauses it, without a snapshot and a notice, until <see cref="Resume"/> or <see cref="Restart"/> starts it: by its stop command or TERM, and KILL after <see cref="ServiceDefinition.StopTimeout"/>. Returns when that
    /// has begun and the pause is on the disk; the service is <see cref="ServiceState.Stopping"/> first and <see cref="ServiceState.Paused"/> then. A service that is not up is looked for first; when it runs and nothing says how to stop it, it
    /// is only paused, and <see cref="ServiceStatus.Reason"/> says so. Services that depend on it are not stopped. Any thread.
    /// </summary>
    /// <param name="name">The service.</param>
    /// <exception cref="ProcManagerException">There is no such service, the keeper cannot stop it, the pause cannot be stored, or the keeper does not run.</exception>
    public void Stop(string name) => Order(name, static (keeper, service) => keeper.Halt(service));

    /// <summary>Stops the service and starts it, without a snapshot and without a notice. Returns when that has begun: a detached service that is not up is looked for first, and is left alone, with a line in the log, when it runs and nothing says how to stop it. Any thread.</summary>
    /// <param name="name">The service.</param>
    /// <exception cref="ProcManagerException">There is no such service, the keeper cannot stop it, the end of its pause cannot be stored, or the keeper does not run.</exception>
    public void Restart(string name) => Order(name, static (keeper, service) => keeper.Restart(service));

    /// <summary>
    /// Takes other definitions. New services are looked for; those that are gone are left running; a changed start command takes effect at the next start. The options of the status page are read at the keeper's start: when they have changed, the log says so. Any thread.
    /// </summary>
    /// <param name="options">All definitions. The folder stays.</param>
    /// <exception cref="ProcManagerConfigurationException">The options are not allowed; the old ones stay.</exception>
    /// <exception cref="ProcManagerException">The keeper does not run.</exception>
    public void Reload(ServiceKeeperOptions options) => _ = ReloadAndSay(options);

    /// <summary>As <see cref="Reload"/>, and says what has become of it.</summary>
    internal ReloadAnswer ReloadAndSay(ServiceKeeperOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            ServiceKeeperOptionsValidator.ThrowIfInvalid(options);
            if (KeeperFolder.PathOf(options) != Folder)
            {
                throw new ProcManagerConfigurationException([FixedOptions.OtherFolder(KeeperFolder.PathOf(options), Folder, options.IsOfFile)]);
            }

            ReloadAnswer? answer = null;
            OnLoop(running => answer = running.Reload(options));
            return answer!;
        }
        catch (ProcManagerException e)
        {
            KeeperLog.NotReloaded(_parts.Log, e.Message);
            throw;
        }
    }

    /// <summary>As <see cref="StopAsync"/>, and waits for the end.</summary>
    public void Dispose() => StopAsync().GetAwaiter().GetResult();

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>The last death of a service and the last lines that it or its start command has written.</summary>
    internal async Task<(ServiceStatus Status, string Output)> WhyAsync(string name)
    {
        Running running = _running ?? throw NotRunning();
        KeptService service = running.Keeper.Get(name);
        return (service.Status, await Telling.TailAsync(running.Room, service).ConfigureAwait(false));
    }

    /// <summary>The file with what a service, or its start command, has written.</summary>
    internal string LogOf(string name)
    {
        Running running = _running ?? throw NotRunning();
        return running.Keeper.GetAlsoLeft(name).IsForeground ? running.Room.Folder.Log(name) : running.Room.Folder.StartOutput(name);
    }

    private Running Begin(bool isOnce)
    {
        lock (_gate)
        {
            if (_running is not null)
            {
                throw new InvalidOperationException("The keeper was started before. Make a new one.");
            }

            StartedAt = DateTimeOffset.UtcNow;
            var running = new Running(this, _options, isOnce);
            _running = running;
            try
            {
                running.Start(_options, () => _ended.TrySetResult());
                return running;
            }
            catch
            {
                _running = null; // its thread has closed all
                throw;
            }
        }
    }

    private void Order(string name, Action<Keeper, KeptService> order)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        OnLoop(running => order(running.Keeper, running.Keeper.Get(name)));
    }

    private void OnLoop(Action<Running> step)
    {
        Running running = _running ?? throw NotRunning();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running.Loop.Post(() =>
        {
            try
            {
                step(running);
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        if (Task.WaitAny(done.Task, running.LoopEnded, Completion) > 0 && !done.Task.IsCompleted)
        {
            throw Completion.IsCompleted ? NotRunning() : new ProcManagerException("The keeper ends, and takes no more orders.");
        }

        done.Task.GetAwaiter().GetResult();
    }

    private static ProcManagerException NotRunning() => new("The keeper does not run: it was not started, or has ended.");

    private static KeeperParts Parts(ILoggerFactory? loggers, IEnumerable<IServiceNotifier>? notifiers)
    {
        ILogger log = (loggers ?? NullLoggerFactory.Instance).CreateLogger("ProcManager.Services");
        return new KeeperParts(Probes.Of, (options, folder) => new SnapshotTaker(options, folder, log), Notifiers.Of, [.. notifiers ?? []], log);
    }
}
