using System.Globalization;

namespace ProcManager.Settings;

/// <summary>When an option that was changed in the configuration takes effect after a reload (HUP).</summary>
internal enum Effect
{
    /// <summary>At once, for workers that serve as well.</summary>
    AtOnce,

    /// <summary>In workers that are started from then on. A reload replaces them all.</summary>
    NewWorkers,

    /// <summary>When the manager is started again.</summary>
    Restart,
}

/// <summary>One option as it stands in a configuration.</summary>
/// <typeparam name="TOptions">The options that it belongs to.</typeparam>
internal abstract record Setting<TOptions>(string Name, Effect Effect)
{
    /// <summary>The value is not to be shown: no line of the log may have it.</summary>
    internal bool IsSecret { get; init; }

    /// <summary>What may be written.</summary>
    internal abstract string Allowed { get; }

    /// <summary>Reads a text into the options. False: it cannot be read.</summary>
    internal abstract bool TrySet(TOptions options, string text);

    internal abstract bool IsSame(TOptions one, TOptions other);

    internal abstract void Copy(TOptions from, TOptions to);

    /// <summary>The value as a person writes it.</summary>
    internal abstract string Show(TOptions options);

    /// <summary>An option that is one value.</summary>
    internal sealed record Of<T>(string Name, Effect Effect, Format<T> Format, Func<TOptions, T> Get, Action<TOptions, T> Set)
        : Setting<TOptions>(Name, Effect)
    {
        internal override string Allowed => Format.Allowed;

        internal override bool TrySet(TOptions options, string text)
        {
            if (!Format.TryRead(text, out T value))
            {
                return false;
            }

            Set(options, value);
            return true;
        }

        internal override bool IsSame(TOptions one, TOptions other) => EqualityComparer<T>.Default.Equals(Get(one), Get(other));

        internal override void Copy(TOptions from, TOptions to) => Set(to, Get(from));

        internal override string Show(TOptions options) => Get(options) switch
        {
            not null when IsSecret => "(not shown)",
            null => "off",
            TimeSpan time => TimeText.Of(time),
            UnixFileMode mode => ModeText.Of(mode),
            bool isOn => isOn ? "true" : "false",
            var value => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
    }
}
