using ProcManager.Tests.Architecture;

namespace ProcManager.Diagnostics.Tests.Architecture;

public class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_listed_one() => PublicSurface.ShouldBeListed(typeof(StackCapture).Assembly, "ProcManager.Diagnostics.Tests");

    [Fact]
    public void The_libraries_for_Windows_do_not_come_along() =>
        Directory.GetFiles(AppContext.BaseDirectory, "msdia140.dll", SearchOption.AllDirectories).Should().BeEmpty();
}
