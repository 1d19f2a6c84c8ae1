namespace ProcManager.Services.Tests;

/// <summary>What a definition says when nothing is set.</summary>
public sealed class Defaults
{
    [Fact]
    public void A_service_is_detached_and_looked_for_every_ten_seconds()
    {
        var service = new ServiceDefinition();
        service.Kind.Should().Be(ServiceKind.Detached);
        service.Interval.Should().Be(TimeSpan.FromSeconds(10));
        service.GiveUp.Should().BeNull();
    }
}
