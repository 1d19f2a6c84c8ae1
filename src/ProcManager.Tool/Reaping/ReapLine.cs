using System.CommandLine;
using System.CommandLine.Parsing;
using ProcManager.Settings;
using ProcManager.Tool.Commands;

namespace ProcManager.Tool.Reaping;

/// <summary>The command line of <c>procman reap</c>. Times and sizes are written as in a configuration.</summary>
internal static class ReapLine
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100); // less would keep a processor busy
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(20); // what a wait can take

    internal static Command Build(Option<string?> pidFile)
    {
        var pid = new Option<int?>("--pid") { Description = "The parent's process id." };
        var maxMemory = new Option<string>("--max-memory") { Description = "The limit of a child, such as 100MiB.", Required = true };
        var measure = new Option<string>("--measure") { Description = "private, rss, pss or virtual.", DefaultValueFactory = static _ => "private", CompletionSources = { "private", "rss", "pss", "virtual" } };
        var signal = new Option<string>("--signal") { Description = "The signal at which a worker finishes its request and ends: HUP for FCGI::ProcManager and ProcManager, TERM for gunicorn, QUIT for php-fpm.", DefaultValueFactory = static _ => "HUP", CompletionSources = { static _ => SignalCommand.Names } };
        var samples = new Option<int>("--samples") { Description = "So often in a row, one second apart, a child must be over the limit.", DefaultValueFactory = static _ => 3 };
        var pause = new Option<string>("--pause") { Description = "Between two children.", DefaultValueFactory = static _ => "10s" };
        var patience = new Option<string>("--patience") { Description = "How long the tool waits for the end of a child; a child that takes longer is left alone.", DefaultValueFactory = static _ => "1m" };
        var once = new Option<bool>("--once") { Description = "One round. The default, unless --interval is given." };
        var interval = new Option<string?>("--interval") { Description = "Goes on, with so long between two rounds, such as 30m." };
        var command = new Command("reap", "A memory limit for the children of any process: the workers of another manager.") { pid, maxMemory, measure, signal, samples, pause, patience, once, interval };
        command.Validators.Add(result => RequireOneParent(result, pid, pidFile));
        command.Validators.Add(result =>
        {
            if (result.GetResult(once) is { Implicit: false } && result.GetResult(interval) is { Implicit: false })
            {
                result.AddError("--once and --interval exclude each other.");
            }
        });
        command.SetAction(parsed => ReapCommand.Run(new ReapOptions
        {
            ParentPid = parsed.GetValue(pid),
            PidFile = parsed.GetValue(pidFile),
            MaxMemory = Size(parsed.GetValue(maxMemory)!),
            Measure = MeasureOf(parsed.GetValue(measure)!),
            Signal = SignalCommand.Number(parsed.GetValue(signal)!),
            SignalName = parsed.GetValue(signal)!.ToUpperInvariant(),
            Samples = parsed.GetValue(samples) is >= 1 and <= 1000 and var count ? count : throw Wrong("--samples", $"{parsed.GetValue(samples)}", "1 to 1000"),
            Pause = Time("--pause", parsed.GetValue(pause)!, TimeSpan.Zero),
            Patience = Time("--patience", parsed.GetValue(patience)!, TimeSpan.Zero),
            Interval = parsed.GetValue(interval) is { } text ? Time("--interval", text, MinInterval) : null,
        }));
        return command;
    }

    private static void RequireOneParent(CommandResult result, Option<int?> pid, Option<string?> pidFile)
    {
        bool byNumber = result.GetResult(pid) is { Implicit: false };
        bool byFile = result.GetResult(pidFile) is { Implicit: false };
        if (byNumber == byFile)
        {
            result.AddError(byNumber ? "--pid and --pid-file exclude each other." : "reap needs the parent: --pid PID or --pid-file FILE.");
        }
    }

    private static long Size(string text) => SizeText.TryRead(text, out long bytes) && bytes > 0 ? bytes : throw Wrong("--max-memory", text, SizeText.Examples);

    private static TimeSpan Time(string option, string text, TimeSpan min)
    {
        if (!TimeText.TryRead(text, out TimeSpan time))
        {
            throw Wrong(option, text, TimeText.Examples);
        }

        return time >= min && time <= MaxTime ? time : throw Wrong(option, text, $"{(min == TimeSpan.Zero ? "0s" : "100ms")} to 20d");
    }

    private static MemoryMeasure MeasureOf(string text) => text.ToLowerInvariant() switch
    {
        "private" => MemoryMeasure.Private,
        "rss" => MemoryMeasure.Resident,
        "pss" => MemoryMeasure.Proportional,
        "virtual" => MemoryMeasure.Virtual,
        _ => throw Wrong("--measure", text, "private, rss, pss or virtual"),
    };

    private static ToolException Wrong(string option, string value, string allowed) => new(ExitCodes.Usage, $"{option} is '{value}'; allowed: {allowed}.");
}
