namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>Namespaces and other users take root, which continuous integration is.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAsRootAttribute : FactAttribute
{
    public FactAsRootAttribute() => Skip = Environment.IsPrivilegedProcess ? null : "Only root may do this.";
}
