using System.Globalization;
using System.Text;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Notification;

/// <summary>Tells by a command of the user's: the facts are in its environment, the last lines of the service's output on its standard input.</summary>
/// <remarks>Notifiers of equal commands are equal: services that share a command share its hanging.</remarks>
internal sealed class CommandNotifier(ServiceCommand command) : IServiceNotifier, IEquatable<CommandNotifier>
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private const int KeptLines = 3;
    private const int KeptCharacters = 400;

    private static readonly OutputLimit Kept = new(4096, KeepsEnd: true);

    private readonly string _key = string.Join('\0', new[]
    {
        string.Join('\0', command.Command), "",
        string.Join('\0', command.Environment.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => $"{v.Key}={v.Value}")), "",
        command.Directory, command.User, command.Group, command.Timeout?.Ticks.ToString(CultureInfo.InvariantCulture),
    });

    /// <exception cref="ProcManagerException">The command could not be started, or has failed.</exception>
    public async Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken)
    {
        CommandResult result = await CommandRun.RunAsync(
            command, command.Timeout ?? DefaultTimeout, Kept, NoticeText.Variables(notice), Encoding.UTF8.GetBytes(notice.Output), null, cancellationToken).ConfigureAwait(false);
        ThrowIfFailed(command, result);
    }

    internal static void ThrowIfFailed(ServiceCommand command, CommandResult result)
    {
        if (!result.Succeeded)
        {
            string output = KeptOutput.LastLines(result.Output, KeptLines, KeptCharacters);
            throw new ProcManagerException($"{command.Command.FirstOrDefault()} {result.How}{(output.Length > 0 ? ": " + output : "")}");
        }
    }

    public bool Equals(CommandNotifier? other) => other?._key == _key;

    public override bool Equals(object? obj) => Equals(obj as CommandNotifier);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"the command {command.Command.FirstOrDefault()}";
}
