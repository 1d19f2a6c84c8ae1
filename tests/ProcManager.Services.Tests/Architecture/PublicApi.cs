using ProcManager.Tests.Architecture;

namespace ProcManager.Services.Tests.Sources;

[Trait("Row", "core")]
public sealed class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_listed_one() => PublicSurface.ShouldBeListed(typeof(ServiceKeeper).Assembly, "ProcManager.Services.Tests");
}
