using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>
/// Looks for a process that runs a program. The process that was found is looked at first the next time, which costs five system calls; /proc is searched only when that one has ended.
/// Of several processes it gives the one that has started the others; where there is no such one, none of them: the keeper must not stop another service's.
/// </summary>
internal sealed class ExecutableProbe(string path) : IServiceProbe
{
    private readonly ProgramFile _program = new(path);
    private readonly Lock _lock = new();
    private SeenProcess? _last;

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        FileIdentity? file = _program.Current();
        SeenProcess? last;
        lock (_lock)
        {
            last = _last;
        }

        // The program first: that the process has the same start time afterwards proves that it was this process's program.
        bool isStillThere = last is { } seen && _program.Compare(seen.Pid, file) == ProgramMatch.Same
            && ProcFs.Process(seen.Pid) is { HasEnded: false } process && process.StartTime == seen.StartTime;
        return isStillThere ? new(Found(last!.Value)) : SearchAsync(file, cancellationToken);
    }

    private async ValueTask<CheckResult> SearchAsync(FileIdentity? file, CancellationToken cancellationToken)
    {
        CheckResult result;
        try
        {
            result = Search(file, await ProcessScan.Shared.NextAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return new(false, $"the search for {_program.Path} was cancelled");
        }

        lock (_lock)
        {
            _last = result.Process;
        }

        return result;
    }

    private CheckResult Search(FileIdentity? file, int[] pids)
    {
        var found = new Dictionary<int, ProcessStat>();
        int hidden = 0;
        var named = new List<int>();
        foreach (int pid in pids)
        {
            ProgramMatch match = pid == Environment.ProcessId ? ProgramMatch.None : _program.Compare(pid, file);
            if (match == ProgramMatch.Same && ProcFs.Process(pid) is { HasEnded: false } process && _program.Compare(pid, file) == ProgramMatch.Same)
            {
                found[pid] = process;
            }
            else if (match == ProgramMatch.Hidden)
            {
                hidden++;
                if (ProcFs.Process(pid) is { HasEnded: false, IsKernelThread: false } other && other.Name == _program.ProcessName)
                {
                    named.Add(pid);
                }
            }
        }

        return found.Count > 0 ? Found(found) : new(false, Missing(file, hidden, named));
    }

    private CheckResult Found(Dictionary<int, ProcessStat> found)
    {
        ProcessStat[] first = [.. found.Values.Where(p => !found.ContainsKey(p.Parent)).OrderBy(static p => p.StartTime)];
        return first is [var only]
            ? Found(new SeenProcess(only.Pid, only.StartTime))
            : new(true, string.Create(CultureInfo.InvariantCulture, $"{found.Count} processes run {_program.Path}, and none has started all others, so it is not known which one is the service"));
    }

    private CheckResult Found(SeenProcess process) => new(true, string.Create(CultureInfo.InvariantCulture, $"pid {process.Pid} runs {_program.Path}"), process);

    private string Missing(FileIdentity? file, int hidden, List<int> named)
    {
        string missing = $"no process runs {_program.Path}{(file is null ? ", a file that is not there" : "")}";
        return (hidden, named.Count) switch
        {
            (0, _) => missing,
            (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{missing}; what {hidden} other {(hidden == 1 ? "process runs" : "processes run")} cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{missing}; pid {named[0]} has its name, but its program cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})"),
        };
    }
}
