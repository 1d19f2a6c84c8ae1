namespace ProcManager.Settings;

/// <summary>The options of the section <c>ProcessManager:Status</c>.</summary>
internal static class StatusSettings
{
    internal static IReadOnlyList<Setting<StatusOptions>> All { get; } =
    [
        new Setting<StatusOptions>.Of<string?>(nameof(StatusOptions.EndPoint), Effect.Restart, Formats.TextOrOff, static o => o.EndPoint, static (o, v) => o.EndPoint = v),
        new Setting<StatusOptions>.Of<bool>(nameof(StatusOptions.AllowRemote), Effect.Restart, Formats.Switch, static o => o.AllowRemote, static (o, v) => o.AllowRemote = v),
        new Setting<StatusOptions>.Of<string?>(nameof(StatusOptions.Token), Effect.Restart, Formats.TextOrOff, static o => o.Token, static (o, v) => o.Token = v) { IsSecret = true },
    ];
}
