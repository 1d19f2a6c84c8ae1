namespace ProcManager.Tests.Architecture;

/// <summary>
/// What users see. A change of it is a decision: PROCMANAGER_ACCEPT_API=1 writes the new list, which then stands in the commit.
/// </summary>
public class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_listed_one() => PublicSurface.ShouldBeListed(typeof(ProcessManager).Assembly, "ProcManager.Tests");
}
