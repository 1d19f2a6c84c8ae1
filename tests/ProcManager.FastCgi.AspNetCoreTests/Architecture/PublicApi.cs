using ProcManager.FastCgi.AspNetCore;
using ProcManager.Tests.Architecture;

namespace ProcManager.FastCgi.AspNetCoreTests.Architecture;

public class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_listed_one() => PublicSurface.ShouldBeListed(typeof(IFastCgiFeature).Assembly, "ProcManager.FastCgi.AspNetCoreTests");
}
