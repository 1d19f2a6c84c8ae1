namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Namespaces, control groups and other users take root, which continuous integration is.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAsRootAttribute : FactAttribute
{
    public FactAsRootAttribute() => Skip = Environment.IsPrivilegedProcess ? null : "Only root may do this.";
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryAsRootAttribute : TheoryAttribute
{
    public TheoryAsRootAttribute() => Skip = Environment.IsPrivilegedProcess ? null : "Only root may do this.";
}
