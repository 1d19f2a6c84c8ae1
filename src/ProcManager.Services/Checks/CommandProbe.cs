using ProcManager.Diagnostics;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Checks;

/// <summary>Runs a command and looks at its exit code. What it has written last is part of the detail.</summary>
internal sealed class CommandProbe(CommandCheck check) : IServiceProbe
{
    private const int KeptLines = 3;
    private const int KeptCharacters = 400;

    private static readonly OutputLimit Kept = new(4096, KeepsEnd: true);

    internal CommandTurn Turn { get; } = new();

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        CommandResult result = await CommandRun.RunAsync(check.Command, check.Timeout, Kept, [], default, Turn, cancellationToken).ConfigureAwait(false);
        string name = check.Command.Command is [{ } program, ..] ? Printable.Of(Path.GetFileName(program)) : "the command";
        string output = KeptOutput.LastLines(result.Output, KeptLines, KeptCharacters);
        return new(result.Succeeded, $"{name} {result.How}{(output.Length > 0 ? ": " + output : "")}");
    }
}
