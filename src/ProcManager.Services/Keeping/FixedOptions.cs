namespace ProcManager.Services.Keeping;

/// <summary>Options that are read when the keeper starts, and that a reload cannot take over.</summary>
internal static class FixedOptions
{
    /// <summary>The names of those that differ, in the words of the file or of C#.</summary>
    internal static IEnumerable<string> Changed(StatusOptions running, StatusOptions next, bool isOfFile)
    {
        if (running.EndPoint != next.EndPoint)
        {
            yield return isOfFile ? "status.endPoint" : "Status.EndPoint";
        }

        if (running.Token != next.Token)
        {
            yield return isOfFile ? "status.token" : "Status.Token";
        }

        if (running.AllowRemote != next.AllowRemote)
        {
            yield return isOfFile ? "status.allowRemote" : "Status.AllowRemote";
        }
    }

    /// <summary>A service is of another kind than the one of its name that is kept.</summary>
    internal static string OtherKind(ServiceDefinition next, ServiceKind running, bool isOfFile) =>
        $"{(isOfFile ? $"services.{next.Name}.kind is \"{Word(next.Kind)}\"" : $"Services[\"{next.Name}\"].Kind is {next.Kind}")}; allowed while the keeper runs: {(isOfFile ? $"\"{Word(running)}\"" : running)}, the kind that it has. Stop the keeper and start it anew, or give the service another name.";

    internal static string OtherFolder(string next, string running, bool isOfFile) =>
        $"{(isOfFile ? "folder" : "Folder")} is {next}; allowed while the keeper runs: {running}. Stop the keeper and start it anew to move it.";

    private static string Word(ServiceKind kind) => kind == ServiceKind.Foreground ? "foreground" : "detached";
}
