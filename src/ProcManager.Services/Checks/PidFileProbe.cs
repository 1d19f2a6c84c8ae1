using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>Reads a pid file and looks at the process that it names: five short files in all, nothing is waited for.</summary>
internal sealed class PidFileProbe(PidFileCheck check) : IServiceProbe
{
    private readonly ProgramFile? _program = check.Executable is { Length: > 0 } path ? new ProgramFile(path) : null;

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        PidFileContent content = PidFileReader.Read(check.Path);
        return new(content.Pid == 0 ? Failed($"the pid file {check.Path} {content.Problem}") : Look(content.Pid, content.File));
    }

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

        return WrongProgram(process) is { } wrong ? Failed(named + wrong) : Passed(process, owner.User, file);
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
    private CheckResult Passed(in ProcessStat process, uint user, FileIdentity file)
    {
        bool isTrusted = (file.IsOursOrRoots || file.Owner == user) && !file.IsWritableByAll;
        string running = string.Create(CultureInfo.InvariantCulture, $"pid {process.Pid} of {check.Path} runs");
        if (ProcFs.StartTime(process.Pid) != process.StartTime)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"the pid file {check.Path} names pid {process.Pid}, which does not run"));
        }

        return isTrusted
            ? new(true, running, new SeenProcess(process.Pid, process.StartTime))
            : new(true, $"{running}; another user than that of the process may write the pid file, so its process is not taken for certain");
    }

    private static CheckResult Failed(string detail) => new(false, detail);
}
