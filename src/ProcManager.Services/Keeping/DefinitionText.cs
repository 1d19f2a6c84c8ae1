using System.Globalization;
using System.Text;

namespace ProcManager.Services.Keeping;

/// <summary>A definition as one text, to see whether another one says the same.</summary>
internal static class DefinitionText
{
    internal static string Of(ServiceDefinition definition)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{definition.Name}|{definition.Kind}|{definition.StopTimeout}|{definition.Interval}|");
        text.Append(CultureInfo.InvariantCulture, $"{definition.Backoff.Initial}|{definition.Backoff.Max}|{definition.Backoff.ResetAfter}|{definition.GiveUp?.Restarts}|{definition.GiveUp?.Within}|");
        text.Append(CultureInfo.InvariantCulture, $"{definition.Log.MaxSize}|{definition.Log.Keep}|start {Of(definition.Start)}|stop {Of(definition.Stop)}|");
        text.AppendJoin('|', definition.Checks.Select(Of));
        text.Append('|').AppendJoin('|', definition.DependsOn);
        text.Append('|').AppendJoin('|', definition.SnapshotCommands.Select(Of));
        text.Append(CultureInfo.InvariantCulture, $"|{definition.Notify?.Mail}|{Of(definition.Notify?.Command)}");
        return text.ToString();
    }

    internal static string Of(ServiceSnapshotOptions snapshots) => string.Create(CultureInfo.InvariantCulture, $"{snapshots.Enabled}|{snapshots.Folder}|{snapshots.MaxSize}|{snapshots.Timeout}");

    internal static string Of(ServiceCommand? command) => command is null ? "none" : string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join('\0', command.Command)}|{string.Join('\0', command.Environment.OrderBy(static v => v.Key, StringComparer.Ordinal))}|{command.Directory}|{command.User}|{command.Group}|{command.Timeout}");

    private static string Of(ServiceCheck check)
    {
        string what = check switch
        {
            PidFileCheck pidFile => $"{pidFile.Path}|{pidFile.Executable}",
            ExecutableCheck executable => executable.Path,
            TcpCheck tcp => string.Create(CultureInfo.InvariantCulture, $"{tcp.Host}|{tcp.Port}"),
            UnixSocketCheck unix => unix.Path,
            HttpCheck http => string.Create(CultureInfo.InvariantCulture, $"{http.Url}|{http.MinStatus}|{http.MaxStatus}"),
            CommandCheck command => Of(command.Command),
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{check.GetType().Name}|{what}|{check.Timeout}|{check.Failures}");
    }
}
