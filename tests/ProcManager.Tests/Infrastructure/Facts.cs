namespace ProcManager.Tests.Infrastructure;

/// <summary>A test that needs a C compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithCompilerAttribute : FactAttribute
{
    public FactWithCompilerAttribute()
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "cc")));
        Skip = found ? null : "There is no C compiler (cc) on this machine.";
    }
}

/// <summary>A test that only root can do, such as giving a file away.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAsRootAttribute : FactAttribute
{
    public FactAsRootAttribute() => Skip = Environment.IsPrivilegedProcess ? null : "Only root may do this.";
}

/// <summary>A test with cases that only root can do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryAsRootAttribute : TheoryAttribute
{
    public TheoryAsRootAttribute() => Skip = Environment.IsPrivilegedProcess ? null : "Only root may do this.";
}
