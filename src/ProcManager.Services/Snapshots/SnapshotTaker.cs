using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Runtime;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Snapshots;

/// <summary>
/// Takes snapshots: first what this library reads from /proc and from files, the most valuable first and each written at once, then the output of the user's commands. What hangs is abandoned at the timeout, and what was written
/// until then is kept.
/// </summary>
/// <param name="options">What is taken, how long and how large.</param>
/// <param name="folder">The folder of all snapshots; made when it is not there.</param>
/// <param name="log">Gets a line for each snapshot that is missing or incomplete.</param>
internal sealed class SnapshotTaker(ServiceSnapshotOptions options, string folder, ILogger log) : ISnapshotTaker, IDisposable
{
    private static readonly OutputLimit KeptOfCommand = new(1024 * 1024, KeepsEnd: false);

    private readonly SnapshotThread _thread = new();
    private readonly SnapshotStore _store = new(folder.TrimEnd('/'), options.MaxSize);

    public async Task<string?> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return null;
        }

        TimeSpan until = request.Until ?? Monotonic.Now + options.Timeout;
        var facts = new SnapshotFacts(request, folder.TrimEnd('/'), _store, until);
        string service = request.Service.Name;
        try
        {
            SnapshotWork work = await _thread.RunAsync(facts.Collect, until, cancellationToken).ConfigureAwait(false);
            facts.Abandon();
            if (facts.PruningProblem is { } notRemoved)
            {
                SnapshotLog.NotRemoved(log, folder, notRemoved);
            }

            if (facts.Folder is not { } taken)
            {
                SnapshotLog.NotTaken(log, service, work == SnapshotWork.NotBegun ? "an earlier snapshot still hangs or takes all the time" : $"nothing was written within {Words.Time(options.Timeout)}");
                return null;
            }

            string? problem = work == SnapshotWork.Done ? facts.Problem : $"{facts.Part} was not finished within {Words.Time(options.Timeout)}";
            problem ??= await RunCommandsAsync(request, taken, until, cancellationToken).ConfigureAwait(false);
            if (problem is not null)
            {
                SnapshotLog.Incomplete(log, service, taken.Path, problem);
            }

            return taken.Path;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SnapshotLog.NotTaken(log, service, e.Message);
            return null;
        }
        finally
        {
            facts.Release();
        }
    }

    public void Dispose() => _thread.Dispose();

    /// <summary>Why the commands did not all come to their end; null: they did.</summary>
    private async Task<string?> RunCommandsAsync(SnapshotRequest request, SnapshotFolder taken, TimeSpan until, CancellationToken cancellationToken)
    {
        KeyValuePair<string, string>[] facts =
        [
            new("PROCMANAGER_SERVICE", request.Service.Name),
            new("PROCMANAGER_REASON", request.Reason),
            new("PROCMANAGER_AT", request.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
            new("PROCMANAGER_SNAPSHOT", taken.Path),
            new("PROCMANAGER_PID", request.Process?.Pid.ToString(CultureInfo.InvariantCulture) ?? ""),
        ];
        int number = 0;
        foreach (ServiceCommand command in request.Service.SnapshotCommands)
        {
            string line = Printable.OfLine(string.Join(' ', command.Command));
            TimeSpan left = until - Monotonic.Now;
            if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            {
                return $"no time was left for the command '{line}'";
            }

            // A moment of the time is kept to write down what the command has said until then.
            TimeSpan time = TimeSpan.FromTicks(Math.Min((command.Timeout ?? left).Ticks, left.Ticks * 9 / 10));
            CommandResult result = await CommandRun.RunAsync(command, time, KeptOfCommand, facts, default, null, cancellationToken).ConfigureAwait(false);
            string cut = result.Lost > 0 ? string.Create(CultureInfo.InvariantCulture, $"\n({result.Lost} more bytes are left out)") : "";
            string file = string.Create(CultureInfo.InvariantCulture, $"command-{++number}.txt");
            string text = $"$ {line}\n{result.Output.TrimEnd('\n')}{cut}\n({command.Command.FirstOrDefault()} {result.How})\n";
            if (await _thread.RunAsync(() => taken.Write(file, text), until, cancellationToken).ConfigureAwait(false) != SnapshotWork.Done)
            {
                return $"the output of '{line}' could not be written in time";
            }

            if (result.End is null)
            {
                return $"'{line}' {result.How}";
            }
        }

        return null;
    }
}
