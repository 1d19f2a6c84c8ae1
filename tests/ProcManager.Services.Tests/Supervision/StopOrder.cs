using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides across services.</summary>
[Trait("Row", "E2")]
public sealed class StopOrder
{
    private static ServiceDefinition Service(string name, params string[] dependsOn)
    {
        var service = new ServiceDefinition { Name = name, Kind = ServiceKind.Foreground, Start = new ServiceCommand("run") };
        Array.ForEach(dependsOn, service.DependsOn.Add);
        return service;
    }

    [Fact]
    public void Services_stop_before_those_that_they_depend_on_also_through_others()
    {
        ServiceDefinition db = Service("db"), api = Service("api", "db"), web = Service("web", "api"), other = Service("other");
        (ServiceDefinition, ServiceCondition)[] up = [.. new[] { other, web, api, db }.Select(static s => (s, new ServiceCondition { State = ServiceState.Up }))];
        new[] { db, api, web, other }.Where(s => Dependencies.MayStop(s, up)).Should().Equal(web, other);
        var over = new ServiceCondition { State = ServiceState.Stopped, KeeperStops = true };
        var running = new ServiceCondition { State = ServiceState.Up };
        Dependencies.MayStop(api, [(web, over), (api, running), (db, running)]).Should().BeTrue();
        Dependencies.MayStop(db, [(web, over), (api, running), (db, running)]).Should().BeFalse();
        Dependencies.MayStop(db, [(web, running), (api, over), (db, running)]).Should().BeFalse("web depends on it through api");
        Dependencies.MayStop(db, [(web, over), (api, over), (db, running)]).Should().BeTrue();
    }

    [Theory]
    [InlineData(ServiceState.Up, true)]
    [InlineData(ServiceState.Failing, true)]
    [InlineData(ServiceState.Unknown, false)]
    [InlineData(ServiceState.Down, false)]
    [InlineData(ServiceState.Starting, false)]
    [InlineData(ServiceState.BackingOff, false)]
    [InlineData(ServiceState.GivenUp, false)]
    [InlineData(ServiceState.Paused, true)]
    public void A_service_waits_for_a_dependency_that_is_not_up(ServiceState state, bool starts) =>
        (Dependencies.WaitsFor(Service("web", "db"), _ => new ServiceCondition { State = state }) is null).Should().Be(starts);
}
