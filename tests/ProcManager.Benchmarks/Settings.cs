using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>Options as "Name=value" on the command line. Parsed by hand: workers parse them too, and what their start costs is measured.</summary>
internal static class Settings
{
    internal static void Apply(ProcessManagerOptions options, ReadOnlySpan<string> settings)
    {
        foreach (string setting in settings)
        {
            if (setting == "Sizing=PerRequest")
            {
                options.Sizing = PoolSizing.PerRequest;
                continue;
            }

            Apply(options, setting[..setting.IndexOf('=', StringComparison.Ordinal)], long.Parse(setting.AsSpan(setting.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture));
        }
    }

    private static void Apply(ProcessManagerOptions options, string name, long value)
    {
        var seconds = TimeSpan.FromTicks(value * TimeSpan.TicksPerSecond);
        switch (name)
        {
            case nameof(options.StandbyCount):
                options.StandbyCount = (int)value;
                break;
            case nameof(options.CrashLimit):
                options.CrashLimit = (int)value;
                break;
            case nameof(options.WatchdogInterval):
                options.WatchdogInterval = seconds;
                break;
            case nameof(options.RequestTimeout):
                options.RequestTimeout = seconds;
                break;
            case nameof(options.MemoryInterval):
                options.MemoryInterval = seconds;
                break;
            case nameof(options.MaxMemory):
                options.MaxMemory = value;
                break;
            case nameof(options.RogueInterval):
                options.RogueInterval = seconds;
                break;
            case nameof(options.Metrics):
                options.Metrics = value != 0;
                break;
            case "StatusPort":
                options.Status.EndPoint = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{value}");
                break;
            case nameof(options.CpuLimit):
                options.CpuLimit = seconds;
                break;
            default:
                throw new ArgumentException($"No benchmark sets {name}.", nameof(name));
        }
    }
}
