using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>A subclass, as a host may write one: each overridable step says that it ran.</summary>
internal sealed class TestManager(IConfiguration configuration) : ProcessManager(configuration, configuration["trace"] == "yes" ? new TraceLogger() : configuration["log-waits"] is { } file ? new SlowLogger(file) : null)
{
    private readonly bool _hooks = configuration["hooks"] == "yes";
    private readonly bool _keepProcess = configuration["keep-process"] == "yes";

    protected override void OnManaging()
    {
        base.OnManaging();
        Say("hook managing");
    }

    protected override void OnHandling()
    {
        base.OnHandling();
        Say($"hook handling {Slot}");
    }

    protected override void Notify(Notice notice)
    {
        base.Notify(notice);
        Say($"hook notify {notice.EventId.Id}");
    }

    protected override void Warn(Notice notice)
    {
        base.Warn(notice);
        Say($"hook warn {notice.EventId.Id}");
    }

    protected override void ExitProcess(int exitCode)
    {
        Say($"hook exit {exitCode}");
        if (!_keepProcess)
        {
            base.ExitProcess(exitCode);
        }
    }

    protected override void Abort(string reason, int exitCode)
    {
        Say($"hook abort {exitCode} {reason}");
        base.Abort(reason, exitCode);
    }

    private void Say(string line)
    {
        if (_hooks)
        {
            Console.WriteLine(line);
        }
    }
}
