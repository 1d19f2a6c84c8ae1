using System.Globalization;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <content>What operators ask for.</content>
internal sealed partial class Keeper
{
    /// <summary>Any thread.</summary>
    /// <exception cref="ProcManagerException">There is no such service.</exception>
    internal KeptService Get(string name) => _published.FirstOrDefault(s => s.Name == name)
        ?? throw (_publishedLeft.FirstOrDefault(s => s.Name == name) is { } left ? IsLeft(left) : NoService(name));

    /// <summary>Also one that the definitions do not have any more, but that this keeper has kept. Any thread.</summary>
    /// <exception cref="ProcManagerException">There is no such service.</exception>
    internal KeptService GetAlsoLeft(string name) => _publishedLeft.FirstOrDefault(s => s.Name == name) ?? Get(name);

    private static ProcManagerException IsLeft(KeptService service) =>
        new($"The service '{service.Name}' is not in the definitions any more, so it takes no orders{(service.Child is { } child ? string.Create(CultureInfo.InvariantCulture, $"; its process {child.Process.Pid} was left running") : "")}. Put it into the definitions again and reload them, or see to it by hand.");

    private ProcManagerException NoService(string name) => new($"There is no service named '{name}'. There are: {string.Join(", ", _published.Select(static s => s.Name))}.");

    /// <exception cref="ProcManagerException">The pause cannot be stored; the service is not paused.</exception>
    internal void Pause(KeptService service)
    {
        if (!service.Condition.IsPaused)
        {
            StateKeeping.StorePause(_room, service);
            KeeperLog.Paused(_room.Log, service.Name);
            Happened(service, new ServiceEvent.PauseRequested());
        }
    }

    /// <exception cref="ProcManagerException">The end of the pause cannot be stored; the service stays paused.</exception>
    internal void Resume(KeptService service)
    {
        if (service.Condition.IsPaused || service.Condition.State == ServiceState.GivenUp)
        {
            StoreEndOfPause(service, "resume");
            KeeperLog.Resumed(_room.Log, service.Name);
        }

        Happened(service, new ServiceEvent.ResumeRequested()); // also of one that is up: why it was not restarted before is over
    }

    /// <exception cref="ProcManagerException">The service runs, and nothing says how to stop it; or the end of its pause cannot be stored.</exception>
    internal void Restart(KeptService service)
    {
        ThrowIfNotStoppable(service);
        StoreEndOfPause(service, "restart");
        KeeperLog.RestartRequested(_room.Log, service.Name);
        Happened(service, new ServiceEvent.RestartRequested());
    }

    /// <exception cref="ProcManagerException">The service runs, and nothing says how to stop it; or that it is paused cannot be stored. Then nothing is done.</exception>
    internal void Halt(KeptService service)
    {
        ThrowIfNotStoppable(service);
        StateKeeping.StorePause(_room, service, halts: true);
        KeeperLog.Halted(_room.Log, service.Name);
        Happened(service, new ServiceEvent.HaltRequested());
    }

    private void StoreEndOfPause(KeptService service, string order)
    {
        if (service.Condition.IsPaused)
        {
            StateKeeping.StoreEndOfPause(_room, service, order);
        }
    }

    private static void ThrowIfNotStoppable(KeptService service)
    {
        if (!service.IsForeground && service.Condition is { IsUp: true, Process: null, HasChild: false } && service.Definition.Stop is null)
        {
            throw new ProcManagerException($"The service '{service.Name}' runs, and the keeper cannot stop it: it has no stop command, and its checks name no process. Give it a stop command, or a check by pid file or executable.");
        }
    }

    /// <exception cref="ProcManagerConfigurationException">A service is of another kind than the one of its name that is kept.</exception>
    internal void ThrowIfKindChanges(ServiceKeeperOptions options)
    {
        string[] mistakes =
        [
            .. options.Services.Select(s => (Next: s, Kept: _services.GetValueOrDefault(s.Name) ?? _left.GetValueOrDefault(s.Name)))
                .Where(static s => s.Kept is not null && s.Kept.Definition.Kind != s.Next.Kind)
                .Select(s => FixedOptions.OtherKind(s.Next, s.Kept!.Definition.Kind, options.IsOfFile)),
        ];
        if (mistakes.Length > 0)
        {
            throw new ProcManagerConfigurationException(mistakes);
        }
    }
}
