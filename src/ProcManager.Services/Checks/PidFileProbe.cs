using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>Reads a pid file and looks at the process that it names. Nothing is waited for. Of a process that was looked at before, only what may have changed is read.</summary>
internal sealed class PidFileProbe(PidFileCheck check) : IServiceProbe
{
    private volatile Known? _known;

    private readonly ProgramFile? _program = check.Executable is { Length: > 0 } path ? new ProgramFile(path) : null;

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        PidFileContent content = PidFileReader.Read(check.Path);
        return new(content.Pid == 0 ? Failed($"the pid file {check.Path} {content.Problem}") : IsKnown(content) ? Passed(_known!.Process) : Look(content.Pid, content.File));
    }

    /// <summary>The start time is read last: that it is the same proves that the program was this process's.</summary>
    private bool IsKnown(in PidFileContent content) => _known is { } known && known.Process.Pid == content.Pid
        && known.Trust.CoversFile(content.File)
        && _program?.Compare(content.Pid, _program.Current()) is null or ProgramMatch.Same
        && ProcFs.Process(content.Pid) is { HasEnded: false } process && process.StartTime == known.Process.StartTime;

    private CheckResult Look(int pid, FileIdentity file)
    {
        string named = string.Create(CultureInfo.InvariantCulture, $"the pid file {check.Path} names pid {pid}, ");
        if (ProcFs.Process(pid) is not { } process || ProcFs.Owner(pid) is not { } owner)
        {
            return Failed(named + "which does not run");
        }

        if (owner.Group != pid)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"{named}which is not a process but a thread of pid {owner.Group}"));
        }

        if (process.HasEnded)
        {
            return Failed(named + "which has ended and was not reaped by its parent (a zombie)");
        }

        if (process.IsKernelThread)
        {
            return Failed($"{named}which is a part of the kernel ({Printable.Of(process.Name)})");
        }

        if (pid == Environment.ProcessId)
        {
            return Failed(named + "which is the keeper itself");
        }

        return WrongProgram(process) is { } wrong ? Failed(named + wrong) : Passed(process, new PidFileTrust(owner.User, owner.UserGroup), file);
    }

    /// <summary>Null: the process runs what it should, as far as this user may know.</summary>
    private string? WrongProgram(in ProcessStat process) => _program?.Compare(process.Pid, _program.Current()) switch
    {
        null or ProgramMatch.Same => null,
        ProgramMatch.None => "which does not run",
        ProgramMatch.Hidden when process.Name == _program.ProcessName => null, // as a program with capabilities, whose link is closed even to its own user
        ProgramMatch.Hidden => $"which is called {Printable.Of(process.Name)} and whose program cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})",
        _ => $"which runs {Printable.Of(ProcFs.ExecutablePath(process.Pid) ?? process.Name)}, not {_program.Path}",
    };

    /// <summary>
    /// The process is given back only when the pid file can be trusted: its user might else write the number of a process of another user there, for a keeper that runs as root to kill.
    /// </summary>
    private CheckResult Passed(in ProcessStat process, PidFileTrust trust, FileIdentity file)
    {
        if (ProcFs.StartTime(process.Pid) != process.StartTime)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"the pid file {check.Path} names pid {process.Pid}, which does not run"));
        }

        var seen = new SeenProcess(process.Pid, process.StartTime);
        string? doubt = !trust.Covers(check.Path, file) ? "another user than that of the process may write or replace the pid file, so its process is not taken for certain"
            : PidFileTrust.IsOlderThan(file, process.StartTime) ? "it has begun after the pid file was written, so it is not taken for certain"
            : null;
        _known = doubt is null ? new Known(seen, trust) : null;
        return doubt is null ? Passed(seen) : new(true, string.Create(CultureInfo.InvariantCulture, $"pid {process.Pid} of {check.Path} runs; {doubt}"));
    }

    private CheckResult Passed(SeenProcess process) => new(true, string.Create(CultureInfo.InvariantCulture, $"pid {process.Pid} of {check.Path} runs"), process);

    private static CheckResult Failed(string detail) => new(false, detail);

    /// <summary>A process that was looked at, and the user as whom it acts.</summary>
    private sealed record Known(SeenProcess Process, PidFileTrust Trust);
}
