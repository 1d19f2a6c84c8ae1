using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Supervision;
using ProcManager.Worker;

namespace ProcManager;

/// <content>The options of sizing, recycling and the watchdog, and what they must be to each other.</content>
public sealed partial class ProcessManagerOptionsValidator
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>In the manager, an idle process of the same program: a limit below what it uses itself would recycle every worker for ever.</summary>
    internal static void ThrowIfMemoryTooLow(ProcessManagerOptions options)
    {
        if (options is { MaxMemory: 0, MaxPoolMemory: 0 })
        {
            return;
        }

        var result = new ValidateOptionsResultBuilder();
        long own = MemoryGauge.Measure(Environment.ProcessId, options.MemoryMeasure);
        int workers = MemoryPolicy.LeastWorkers(options);
        AtLeast(result, options.MaxMemory, own, $"an empty process of this program uses {own} bytes by the measure {options.MemoryMeasure}");
        AtLeast(result, options.MaxPoolMemory, own * workers, $"{workers} empty workers use {own} bytes each by the measure {options.MemoryMeasure}");
        Throw(result.Build());
    }

    private static void ValidatePool(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        Defined(result, options.Sizing, options.Sizing is >= PoolSizing.Static and <= PoolSizing.PerRequest);
        OptionalNumber(result, options.StartCount, 1, Limits.MaxProcessCount);
        OptionalNumber(result, options.MinSpare, 1, Limits.MaxProcessCount);
        OptionalNumber(result, options.MaxSpare, 1, Limits.MaxProcessCount);
        OptionalNumber(result, options.MaxCount, 1, Limits.MaxProcessCount);
        OptionalNumber(result, options.StandbyCount, 0, Limits.MaxProcessCount);
        Time(result, options.IdleTimeout, Limits.Shortest, Limits.Day);
        Time(result, options.StartLeisure, TimeSpan.Zero, Limits.Hour);
        DemandPolicy demand = DemandPolicy.From(options);
        if (options.StandbyCount is <= Limits.MaxProcessCount and { } standby && standby > demand.Most && options.ProcessCount > 0)
        {
            string bound = options.Sizing == PoolSizing.Static ? nameof(options.ProcessCount) : nameof(options.MaxCount);
            Fail(result, nameof(options.StandbyCount), standby, $"0 to {demand.Most}, the most workers that there may be ({bound})");
        }

        if (options.Sizing != PoolSizing.Dynamic || options.ProcessCount == 0)
        {
            return;
        }

        if (demand.MaxSpare < demand.MinSpare)
        {
            Fail(result, nameof(options.MaxSpare), demand.MaxSpare, $"{demand.MinSpare} (MinSpare) and more");
        }

        if (demand.MinSpare > demand.Most)
        {
            Fail(result, nameof(options.MinSpare), demand.MinSpare, $"1 to {demand.Most}, the most workers that there may be (MaxCount)");
        }

        if (demand.First > demand.Most)
        {
            Fail(result, nameof(options.StartCount), demand.First, $"1 to {demand.Most}, the most workers that there may be (MaxCount)");
        }
    }

    private static void ValidateRecycling(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        Number(result, options.MaxRequestsJitter, 0, int.MaxValue);
        OptionalTime(result, options.MaxLifetime, Second, Year, "off (null) for no limit");
        Time(result, options.MaxLifetimeJitter, TimeSpan.Zero, Year);
        Bytes(result, options.MaxMemory);
        Bytes(result, options.MaxPoolMemory);
        Defined(result, options.MemoryMeasure, options.MemoryMeasure is >= MemoryMeasure.Private and <= MemoryMeasure.Virtual);
        Number(result, options.MemorySamples, 1, 1000);
        Time(result, options.MemoryInterval, Limits.Shortest, Limits.Hour);
        Time(result, options.MinLifetime, TimeSpan.Zero, Limits.Day);
        Number(result, options.MaxUnavailable, 0, Limits.MaxProcessCount);
        Time(result, options.RecycleInterval, TimeSpan.Zero, Limits.Hour);
        Time(result, options.RecycleCeiling, Limits.Shortest, Limits.Day);
        if (options.HeapLimitPercent is not 0 and (< 100 or > 1000))
        {
            Fail(result, nameof(options.HeapLimitPercent), options.HeapLimitPercent, "0 for none, or 100 to 1000: with less a worker is out of memory before it is replaced");
        }

        if (options is { HeapLimitPercent: > 0, MaxMemory: 0 })
        {
            Fail(result, nameof(options.HeapLimitPercent), options.HeapLimitPercent, "0 while MaxMemory is 0: it is a share of MaxMemory");
        }
    }

    private static void ValidateWatchdog(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        Limit(result, options.RequestTimeout, ShortestLimit, Limits.Day);
        Limit(result, options.LongRequestTimeout, ShortestLimit, Limits.Day);
        Limit(result, options.SoftRequestTimeout, ShortestLimit, Limits.Day);
        Limit(result, options.CpuLimit, ShortestLimit, Limits.Day);
        Limit(result, options.CpuTimeLimit, Second, Year);
        Time(result, options.RogueInterval, Limits.Shortest, Limits.Hour);
        Time(result, options.WatchdogGrace, Limits.Shortest, Limits.Day);
        Time(result, options.CaptureTimeout, ShortestLimit, TimeSpan.FromMinutes(10));
        Number(result, options.KeepLimit, 1, 100);
        NotEmpty(result, options.CaptureFolder);
        NotEmpty(result, options.KeepCommand);
        ValidateLadder(result, options.WatchdogLadder);
        if (options.CaptureFolder is { Length: > 0 } folder && !Directory.Exists(StartDirectory.Resolve(folder)) && !IsStartedByManager())
        {
            Fail(result, nameof(options.CaptureFolder), folder, "a folder that is there");
        }

        if (options.LongRequestTimeout > TimeSpan.Zero && options.LongRequestTimeout < options.RequestTimeout)
        {
            Fail(result, nameof(options.LongRequestTimeout), options.LongRequestTimeout, $"off (zero), or {TimeText.Of(options.RequestTimeout)} (RequestTimeout) and more");
        }

        if (options.RequestTimeout > TimeSpan.Zero && options.SoftRequestTimeout >= options.RequestTimeout)
        {
            Fail(result, nameof(options.SoftRequestTimeout), options.SoftRequestTimeout, $"below {TimeText.Of(options.RequestTimeout)} (RequestTimeout)");
        }

        OptionalTime(result, options.WatchdogInterval, Limits.Shortest, Limits.Hour, "off (null) for a twelfth of the shortest timeout");
        if (options.WatchdogInterval is { } interval && WatchdogPolicy.Tightest(options) is { } tightest && interval > tightest / 10)
        {
            Fail(result, nameof(options.WatchdogInterval), interval, $"at most {TimeText.Of(tightest / 10)}, a tenth of the shortest timeout ({TimeText.Of(tightest)}), so that a hang is found within 10 % of it");
        }
    }

    /// <summary>Such a process may be in another directory, where a path of the manager's means nothing; it does not use it.</summary>
    private static bool IsStartedByManager() => LaunchInfo.Current is { IsWorker: true } || LaunchInfo.Capture is not null;

    private static void ValidateLadder(ValidateOptionsResultBuilder result, WatchdogSteps ladder)
    {
        const WatchdogSteps All = WatchdogSteps.Log | WatchdogSteps.Capture | WatchdogSteps.Dump | WatchdogSteps.Terminate | WatchdogSteps.Kill | WatchdogSteps.Keep;
        WatchdogSteps end = ladder & (WatchdogSteps.Kill | WatchdogSteps.Keep);
        if ((ladder & ~All) != 0 || end is not (WatchdogSteps.Kill or WatchdogSteps.Keep))
        {
            Fail(result, "WatchdogLadder", ladder, "any of Log, Capture, Dump and Terminate, and at the end either Kill or Keep: a worker that hears nothing must not stay in the pool");
        }
    }

    // The caller compares: Enum.IsDefined reads the enum's names from the metadata, which took 2 % of a NativeAOT worker's start.
    private static void Defined<T>(ValidateOptionsResultBuilder result, T value, bool isDefined, [CallerArgumentExpression(nameof(value))] string option = "")
        where T : struct, Enum
    {
        if (!isDefined)
        {
            Fail(result, option, value, string.Join(", ", Enum.GetNames<T>()));
        }
    }

    private static void OptionalNumber(ValidateOptionsResultBuilder result, int? value, int least, int most, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is { } number && (number < least || number > most))
        {
            Fail(result, option, number, $"{least} to {most}, or null");
        }
    }

    private static void OptionalTime(ValidateOptionsResultBuilder result, TimeSpan? value, TimeSpan least, TimeSpan most, string orNull, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is { } time && (time < least || time > most))
        {
            Fail(result, option, time, $"{TimeText.Of(least)} to {TimeText.Of(most)}, or {orNull}");
        }
    }

    private static void Limit(ValidateOptionsResultBuilder result, TimeSpan value, TimeSpan least, TimeSpan most, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value != TimeSpan.Zero && (value < least || value > most))
        {
            Fail(result, option, value, $"off (zero) for no limit, or {TimeText.Of(least)} to {TimeText.Of(most)}");
        }
    }

    private static void Bytes(ValidateOptionsResultBuilder result, long value, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value < 0)
        {
            Fail(result, option, value, "off (0) for no limit, or a number of bytes");
        }
    }

    private static void AtLeast(ValidateOptionsResultBuilder result, long value, long least, string why, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value > 0 && value < least)
        {
            Fail(result, option, value, string.Create(CultureInfo.InvariantCulture, $"off (0) for no limit, or {least} bytes and more: {why}"));
        }
    }
}
