using ProcManager.Settings;

namespace ProcManager.FastCgi;

/// <summary>The options of the section <c>FastCgi</c> that are one value, and those of <c>FastCgi:Listen</c>. After a reload workers read them; the manager holds only the address.</summary>
internal static class FastCgiSettings
{
    private static readonly Format<int> SizeInMemory = new(Formats.Size.Allowed, TryReadSize);

    internal static IReadOnlyList<Setting<FastCgiOptions>> All { get; } =
    [
        Of(nameof(FastCgiOptions.SocketPath), Effect.Restart, Formats.TextOrNull, static o => o.SocketPath, static (o, v) => o.SocketPath = v),
        Of(nameof(FastCgiOptions.MaxConcurrentRequests), Effect.NewWorkers, Formats.Number, static o => o.MaxConcurrentRequests, static (o, v) => o.MaxConcurrentRequests = v),
        Of(nameof(FastCgiOptions.Multiplex), Effect.NewWorkers, Formats.Switch, static o => o.Multiplex, static (o, v) => o.Multiplex = v),
        Of(nameof(FastCgiOptions.MaxConnections), Effect.NewWorkers, Formats.Number, static o => o.MaxConnections, static (o, v) => o.MaxConnections = v),
        Of(nameof(FastCgiOptions.MaxParameterBytes), Effect.NewWorkers, SizeInMemory, static o => o.MaxParameterBytes, static (o, v) => o.MaxParameterBytes = v),
        Of(nameof(FastCgiOptions.MaxParameters), Effect.NewWorkers, Formats.Number, static o => o.MaxParameters, static (o, v) => o.MaxParameters = v),
        Of(nameof(FastCgiOptions.MaxBodySize), Effect.NewWorkers, Formats.OrNull(Formats.Size), static o => o.MaxBodySize, static (o, v) => o.MaxBodySize = v),
        Of(nameof(FastCgiOptions.HeaderTimeout), Effect.NewWorkers, Formats.Time, static o => o.HeaderTimeout, static (o, v) => o.HeaderTimeout = v),
        Of(nameof(FastCgiOptions.BodyTimeout), Effect.NewWorkers, Formats.Time, static o => o.BodyTimeout, static (o, v) => o.BodyTimeout = v),
        Of(nameof(FastCgiOptions.WriteTimeout), Effect.NewWorkers, Formats.Time, static o => o.WriteTimeout, static (o, v) => o.WriteTimeout = v),
        Of(nameof(FastCgiOptions.KeepAliveTimeout), Effect.NewWorkers, Formats.Time, static o => o.KeepAliveTimeout, static (o, v) => o.KeepAliveTimeout = v),
        Of(nameof(FastCgiOptions.WarmUpPath), Effect.NewWorkers, Formats.TextOrNull, static o => o.WarmUpPath, static (o, v) => o.WarmUpPath = v),
    ];

    internal static IReadOnlyList<Setting<ListenOptions>> Listen { get; } =
    [
        OfListen(nameof(ListenOptions.Backlog), Formats.Number, static o => o.Backlog, static (o, v) => o.Backlog = v),
        OfListen(nameof(ListenOptions.DeferAccept), Formats.TimeLimit, static o => o.DeferAccept, static (o, v) => o.DeferAccept = v),
        OfListen(nameof(ListenOptions.Mode), Formats.OrNull(Formats.Mode), static o => o.Mode, static (o, v) => o.Mode = v),
        OfListen(nameof(ListenOptions.Owner), Formats.TextOrNull, static o => o.Owner, static (o, v) => o.Owner = v),
        OfListen(nameof(ListenOptions.Group), Formats.TextOrNull, static o => o.Group, static (o, v) => o.Group = v),
    ];

    private static Setting<FastCgiOptions>.Of<T> Of<T>(string name, Effect effect, Format<T> format, Func<FastCgiOptions, T> get, Action<FastCgiOptions, T> set) =>
        new(name, effect, format, get, set);

    private static Setting<ListenOptions>.Of<T> OfListen<T>(string name, Format<T> format, Func<ListenOptions, T> get, Action<ListenOptions, T> set) =>
        new(name, Effect.Restart, format, get, set);

    private static bool TryReadSize(string text, out int value)
    {
        bool isRead = Formats.Size.TryRead(text, out long bytes) && bytes <= int.MaxValue;
        value = isRead ? (int)bytes : 0;
        return isRead;
    }
}
