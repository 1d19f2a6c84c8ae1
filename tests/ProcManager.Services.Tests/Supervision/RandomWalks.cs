using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>Whatever happens in whatever order, some things stay true.</summary>
[Trait("Row", "E2")]
public sealed class RandomWalks
{
    private const int Steps = 4000;

    [Theory]
    [InlineData(ServiceKind.Foreground, false)]
    [InlineData(ServiceKind.Foreground, true)]
    [InlineData(ServiceKind.Detached, true)]
    public void The_brain_never_starts_twice_and_always_comes_to_an_end(ServiceKind kind, bool hasChecks)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var world = new World(kind, hasChecks, seed);
            for (int i = 0; i < Steps; i++)
            {
                world.Step();
            }

            world.Stop();
        }
    }

    /// <summary>A pretended machine: processes that start, run and end as it pleases, and an operator without a plan.</summary>
    private sealed class World
    {
        private readonly Random _random;
        private readonly Walk _walk;
        private readonly ServiceKind _kind;
        private readonly string _what;
        private readonly HashSet<int> _snapshots = [];
        private bool _childRuns;
        private bool _launches;
        private bool _stopCommandRuns;
        private SeenProcess? _watched;
        private ServiceChange? _told;

        internal World(ServiceKind kind, bool hasChecks, int seed)
        {
            _random = new Random(seed);
            _kind = kind;
            _what = $"seed {seed}";
            var definition = new ServiceDefinition { Name = "x", Kind = kind, Start = new ServiceCommand("x") };
            if (hasChecks)
            {
                definition.Checks.Add(_random.Next(2) == 0 ? new TcpCheck() : new PidFileCheck());
            }

            definition.Stop = _random.Next(3) == 0 ? new ServiceCommand("stop") : null;
            definition.GiveUp = _random.Next(2) == 0 ? new ServiceGiveUp() : null;
            _walk = new Walk(definition);
            Happens(new ServiceEvent.Begun(null, _random.Next(4) == 0, TimeSpan.FromSeconds(_random.Next(10)), false));
        }

        private ServiceCondition Service => _walk.Service;

        internal void Step()
        {
            ServiceEvent? happened = _random.Next(16) switch
            {
                0 or 1 or 2 or 3 => Time(),
                4 or 5 or 6 => new ServiceEvent.Looked(Service.LookNumber - _random.Next(2), [.. _walk.Definition.Checks.Select(_ => Result())]),
                7 or 8 => Launched(),
                9 or 10 => Ended(),
                11 => _watched is { } process ? Gone(process) : null,
                12 => _stopCommandRuns ? StopCommandEnded() : null,
                13 => _snapshots.Count > 0 ? Taken() : null,
                14 => new ServiceEvent.DependenciesChanged(_random.Next(4) == 0 ? "db" : null),
                _ => Order(),
            };
            if (happened is not null)
            {
                Happens(happened);
            }
        }

        /// <summary>From here on time passes and processes end when they are told to.</summary>
        internal void Stop()
        {
            Happens(new ServiceEvent.StopRequested());
            for (int i = 0; i < 100 && !Service.IsOver(_kind); i++)
            {
                ServiceEvent next = _launches ? Launched()! : _childRuns && _kind == ServiceKind.Foreground ? Ended()! : _watched is { } process ? Gone(process) : _stopCommandRuns ? StopCommandEnded() : Time();
                Happens(next);
            }

            Service.IsOver(_kind).Should().BeTrue("{0}: the keeper must come to its end; it is {1}", _what, Service);
            (_kind == ServiceKind.Foreground && _childRuns).Should().BeFalse("{0}: no foreground service is left", _what);
            _walk.Happens(new ServiceEvent.Tick()).Effects.Should().BeEmpty();
        }

        private void Happens(ServiceEvent happened)
        {
            ServiceCondition before = Service;
            _walk.Happens(happened);
            foreach (ServiceEffect effect in _walk.Effects)
            {
                Check(effect, before, happened);
            }

            foreach (ServiceTelling told in _walk.Notices)
            {
                told.Change.Should().NotBe(_told ?? ServiceChange.Recovered, "{0}: each change is told once", _what);
                _told = told.Change == ServiceChange.Recovered ? null : told.Change;
            }

            if (happened is ServiceEvent.PauseRequested or ServiceEvent.HaltRequested)
            {
                _told = null;
            }
            else if (happened is ServiceEvent.ResumeRequested or ServiceEvent.RestartRequested && _told is not null)
            {
                _told = ServiceChange.Down; // what comes next is told again
            }

            if (!Service.IsOver(_kind) && Service.State is ServiceState.Starting or ServiceState.Stopping or ServiceState.BackingOff && Service.WakeAt(_walk.Definition) is null)
            {
                (_launches || Service.IsLooking || (Service.State == ServiceState.Stopping && Service.KillSent)).Should().BeTrue("{0}: something must be awaited; it is {1}", _what, Service);
            }
        }

        private void Check(ServiceEffect effect, ServiceCondition before, ServiceEvent happened)
        {
            switch (effect)
            {
                case ServiceEffect.Launch:
                    (_childRuns || _launches).Should().BeFalse("{0}: never two at once, after {1} in {2}", _what, happened, before);
                    _stopCommandRuns.Should().BeFalse("{0}: the stop command would stop the new one", _what);
                    Service.State.Should().Be(ServiceState.Starting, _what);
                    Service.IsPaused.Should().BeFalse("{0}: after {1} in {2}", _what, happened, before);
                    (Service.WaitsFor is null || Service.KeeperStops).Should().BeTrue("{0}: never while it waits", _what);
                    (before.State == ServiceState.GivenUp && happened is not (ServiceEvent.RestartRequested or ServiceEvent.ResumeRequested)).Should().BeFalse("{0}: never while it is given up", _what);
                    _launches = true;
                    break;
                case ServiceEffect.AbandonStart:
                    _launches.Should().BeTrue("{0}: there is none, after {1} in {2}", _what, happened, before);
                    _launches = false;
                    break;
                case ServiceEffect.RunStopCommand:
                    _stopCommandRuns.Should().BeFalse(_what);
                    _stopCommandRuns = true;
                    break;
                case ServiceEffect.Watch watch:
                    _watched = watch.Process;
                    break;
                case ServiceEffect.TakeSnapshot snapshot:
                    _snapshots.Add(snapshot.Number);
                    break;
                case ServiceEffect.Look:
                    (Service.IsPaused && !Service.StopsAfterLook && !Service.LooksAfterStop).Should().BeFalse("{0}: a paused service is not looked for", _what);
                    break;
            }
        }

        private ServiceEvent.Tick Time()
        {
            _walk.Now = _random.Next(3) > 0 && Service.WakeAt(_walk.Definition) is { } wake && wake > _walk.Now ? wake : _walk.Now + TimeSpan.FromMilliseconds(_random.Next(20_000));
            return new ServiceEvent.Tick();
        }

        private CheckResult Result() => new(_random.Next(3) > 0, "seen", _kind == ServiceKind.Detached && _random.Next(2) == 0 ? Walk.Process(_random.Next(3) + 1) : null);

        private ServiceEvent? Launched()
        {
            if (!_launches)
            {
                return null;
            }

            _launches = false;
            _childRuns = _random.Next(5) > 0;
            return _childRuns ? new ServiceEvent.Launched(Service.Run, Walk.Process(7)) : new ServiceEvent.LaunchFailed(Service.Run, "refused");
        }

        private ServiceEvent.Ended? Ended()
        {
            if (!_childRuns)
            {
                return null;
            }

            _childRuns = false;
            return new ServiceEvent.Ended(Service.Run, "ended", _random.Next(2) == 0);
        }

        private ServiceEvent.ProcessGone Gone(SeenProcess process)
        {
            _watched = null;
            return new ServiceEvent.ProcessGone(process);
        }

        private ServiceEvent.StopCommandEnded StopCommandEnded()
        {
            _stopCommandRuns = false;
            return new ServiceEvent.StopCommandEnded(_random.Next(2) == 0);
        }

        private ServiceEvent.SnapshotTaken Taken()
        {
            int number = _snapshots.First();
            _snapshots.Remove(number);
            return new ServiceEvent.SnapshotTaken(number);
        }

        private ServiceEvent? Order() => _random.Next(12) switch
        {
            0 => new ServiceEvent.PauseRequested(),
            1 or 2 => new ServiceEvent.ResumeRequested(),
            3 => new ServiceEvent.RestartRequested(),
            4 => new ServiceEvent.DefinitionChanged(),
            6 => new ServiceEvent.HaltRequested(),
            5 => new ServiceEvent.Slept(TimeSpan.FromSeconds(_random.Next(100))),
            _ => null,
        };
    }
}
