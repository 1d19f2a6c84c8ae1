namespace ProcManager.Settings;

/// <summary>One variable of <see cref="ProcessManagerOptions.Environment"/> as an option: a reload changes just those that have changed in the configuration.</summary>
internal sealed record EnvironmentVariable(string Variable) : Setting<ProcessManagerOptions>($"{nameof(ProcessManagerOptions.Environment)}:{Variable}", Effect.NewWorkers)
{
    internal override string Allowed => "a text";

    /// <summary>Those that one of the two names.</summary>
    internal static IEnumerable<EnvironmentVariable> Of(ProcessManagerOptions one, ProcessManagerOptions other) =>
        one.Environment.Keys.Union(other.Environment.Keys).Select(static name => new EnvironmentVariable(name));

    internal override bool TrySet(ProcessManagerOptions options, string text)
    {
        options.Environment[Variable] = text;
        return true;
    }

    internal override bool IsSame(ProcessManagerOptions one, ProcessManagerOptions other) => Get(one) == Get(other);

    internal override void Copy(ProcessManagerOptions from, ProcessManagerOptions to)
    {
        if (Get(from) is (true, var value))
        {
            to.Environment[Variable] = value;
        }
        else
        {
            to.Environment.Remove(Variable);
        }
    }

    /// <summary>A value may be a secret.</summary>
    internal override string Show(ProcessManagerOptions options) => Get(options) switch
    {
        (false, _) => "as the manager has it",
        (_, null) => "taken out",
        _ => "(not shown)",
    };

    private (bool IsThere, string? Value) Get(ProcessManagerOptions options) => (options.Environment.TryGetValue(Variable, out string? value), value);
}
