using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Services.Commands;

/// <summary>How a command has ended.</summary>
/// <param name="NotStarted">Why it was not started; null: it was.</param>
/// <param name="End">How it ended; null: it was killed at its timeout, or was not started.</param>
/// <param name="Timeout">The time that it had.</param>
/// <param name="Output">What is kept of its output.</param>
/// <param name="Lost">Bytes of the output that were not kept.</param>
internal sealed record CommandResult(string? NotStarted, ChildEnd? End, TimeSpan Timeout, string Output, long Lost)
{
    internal bool Succeeded => End is { ExitCode: 0 };

    /// <summary>As the end of a sentence that begins with the command's name.</summary>
    internal string How => this switch
    {
        { NotStarted: { } reason } => $"could not be started: {reason.TrimEnd('.')}",
        { End: null } => $"did not end within {Words.Time(Timeout)} and was killed",
        { End: { ExitCode: { } code } } => string.Create(CultureInfo.InvariantCulture, $"exited with {code}"),
        { End: { Signal: { } signal } } => string.Create(CultureInfo.InvariantCulture, $"was ended by signal {signal}"),
        _ => "has ended; another part of this program took its exit code",
    };
}
