using ProcManager.Runtime;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>Keeps the services of one folder: brings events to the brain of each, and does what it decides. All on the loop's thread.</summary>
internal sealed partial class Keeper
{
    /// <summary>A keeper that comes this much too late was stopped itself.</summary>
    private static readonly TimeSpan Sleep = TimeSpan.FromSeconds(2);

    private readonly KeeperRoom _room;
    private readonly ServiceHands _hands;
    private readonly bool _isOnce;
    private readonly Dictionary<string, KeptService> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeptService> _left = new(StringComparer.Ordinal);
    private readonly Queue<(KeptService Service, ServiceEvent Event)> _events = new();
    private readonly HashSet<KeptService> _touched = [];
    private bool _isHandling;
    private bool _upsChanged;
    private bool _stops;
    private TimeSpan? _wakesAt;
    private volatile KeptService[] _published = [];
    private volatile KeptService[] _publishedLeft = [];

    internal Keeper(KeeperRoom room, bool isOnce)
    {
        (_room, _isOnce) = (room, isOnce);
        _hands = new ServiceHands(room, Happened);
    }

    /// <summary>Any thread. In the order of the definitions.</summary>
    internal IReadOnlyList<KeptService> Services => _published;

    /// <summary>The services need nothing more: the keeper was stopped, or has made its one round.</summary>
    internal bool IsOver => _stops && _services.Values.All(static s => s.StopRequested && s.Condition.IsOver(s.Definition.Kind));

    /// <summary>Something has happened to a service; what follows is done before this comes back, unless it is called from within.</summary>
    internal void Happened(KeptService service, ServiceEvent happened)
    {
        _events.Enqueue((service, happened));
        if (!_isHandling)
        {
            Handle();
        }
    }

    /// <summary>What is due; gives the next deadline.</summary>
    internal TimeSpan? Wake()
    {
        TimeSpan now = Monotonic.Now;
        TimeSpan? expected = _wakesAt;
        _wakesAt = null;
        try
        {
            Tick(now, expected);
        }
        finally
        {
            _room.Rounds.Begin(); // a look that is asked for and not made would be awaited for ever
        }

        TruncateStartOutputs(now);
        TimeSpan? next = null;
        foreach (KeptService service in _published)
        {
            if (service.WakesAt is { } wake && !(next <= wake))
            {
                next = wake;
            }
        }

        _wakesAt = next;
        return next;
    }

    private void Tick(TimeSpan now, TimeSpan? expected)
    {
        if (now - expected is { } gap && gap > Sleep)
        {
            KeeperLog.Slept(_room.Log, gap);
            foreach (KeptService service in _published)
            {
                Happened(service, new ServiceEvent.Slept(gap));
            }
        }

        foreach (KeptService service in _published)
        {
            if (service.WakesAt <= now)
            {
                Happened(service, new ServiceEvent.Tick());
            }
        }

        Handle();
    }

    /// <summary>Stops foreground services, those first on which no other depends; leaves detached ones.</summary>
    internal void Stop()
    {
        if (!_stops)
        {
            _stops = true;
            if (!_isOnce)
            {
                KeeperLog.Stopping(_room.Log);
            }
        }

        Handle();
    }

    /// <summary>After the loop's end: what still runs is not watched any more.</summary>
    internal void Close()
    {
        foreach (KeptService service in _services.Values.Concat(_left.Values))
        {
            service.Child?.Close();
            service.Identified?.Close();
            service.StopCommand?.Close();
        }
    }

    private void Handle()
    {
        _isHandling = true;
        try
        {
            do
            {
                while (_events.TryDequeue(out (KeptService Service, ServiceEvent Event) next))
                {
                    Decide(next.Service, next.Event);
                }

                UpdateDependencies();
                PassStopOn();
            }
            while (_events.Count > 0);
        }
        finally
        {
            _isHandling = false;
        }

        foreach (KeptService service in _touched)
        {
            StateKeeping.Store(_room, service);
        }

        _touched.Clear();
        if (_isOnce && !_stops && _services.Values.All(static s => IsSettled(s.Condition)))
        {
            Stop();
        }
    }

    private void Decide(KeptService service, ServiceEvent happened)
    {
        if (service.IsLeft)
        {
            _ = _touched.Add(service);
            return;
        }

        ServiceCondition before = service.Condition;
        (service.Condition, IReadOnlyList<ServiceEffect> effects, IReadOnlyList<ServiceTelling> notices) = ServiceMachine.Decide(service.Definition, before, happened, Monotonic.Now);
        foreach (ServiceEffect effect in effects)
        {
            _hands.Do(service, effect);
        }

        if (service.Publish(DateTimeOffset.UtcNow))
        {
            Tell(service, before);
        }

        if (service.Condition is { State: ServiceState.Paused, IsHalted: true } && (before.State != ServiceState.Paused || !before.IsHalted) && happened is not ServiceEvent.Begun)
        {
            KeeperLog.HaltDone(_room.Log, service.Name);
        }

        foreach (ServiceTelling notice in notices)
        {
            Telling.Tell(_room, service, notice);
        }

        _upsChanged |= before.IsWaitedFor != service.Condition.IsWaitedFor;
        if (happened is not (ServiceEvent.Tick or ServiceEvent.Looked) || effects.Count > 1 || before.LastProcess != service.Condition.LastProcess)
        {
            _ = _touched.Add(service);
        }
    }

    private void Tell(KeptService service, ServiceCondition before)
    {
        if (service.Condition.State == ServiceState.Up && before.State != ServiceState.Failing)
        {
            KeeperLog.Up(_room.Log, service.Name);
        }
        else
        {
            KeeperLog.Entered(_room.Log, service.Name, service.Condition.State, service.Condition.Reason);
        }
    }

    private void UpdateDependencies()
    {
        if (!_upsChanged)
        {
            return;
        }

        _upsChanged = false;
        foreach (KeptService service in _published)
        {
            if ((service.Definition.DependsOn.Count > 0 || service.Condition.WaitsFor is not null) && Dependencies.WaitsFor(service.Definition, Find) is var waitsFor && waitsFor != service.Condition.WaitsFor)
            {
                _events.Enqueue((service, new ServiceEvent.DependenciesChanged(waitsFor)));
            }
        }
    }

    private void PassStopOn()
    {
        if (!_stops || _events.Count > 0)
        {
            return;
        }

        (ServiceDefinition, ServiceCondition)[] all = [.. _services.Values.Select(static s => (s.Definition, s.Condition))];
        foreach (KeptService service in _services.Values)
        {
            if (!service.StopRequested && (!service.IsForeground || Dependencies.MayStop(service.Definition, all)))
            {
                service.StopRequested = true;
                _events.Enqueue((service, new ServiceEvent.StopRequested()));
            }
        }
    }

    private ServiceCondition? Find(string name) => _services.GetValueOrDefault(name)?.Condition;

    /// <summary>In a single round nothing more will happen to the service by itself.</summary>
    private static bool IsSettled(ServiceCondition service) =>
        service.State is ServiceState.Up or ServiceState.GivenUp or ServiceState.Paused or ServiceState.Waiting || service is { State: ServiceState.BackingOff, Deadline: null, IsLooking: false };
}
