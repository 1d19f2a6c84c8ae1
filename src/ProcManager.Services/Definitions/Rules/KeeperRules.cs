namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of <see cref="ServiceKeeperOptions"/>, the same for a file and for objects of C#.</summary>
internal static class KeeperRules
{
    /// <param name="options">All of them.</param>
    /// <param name="looksAtFiles">See <see cref="Findings.LooksAtFiles"/>.</param>
    internal static Findings Check(ServiceKeeperOptions options, bool looksAtFiles = false)
    {
        var findings = new Findings { LooksAtFiles = looksAtFiles };
        var keeper = new Subject(options, "");
        if (options.Folder is { } folder)
        {
            findings.AbsolutePath(keeper, "folder", folder);
        }

        NotifyRules.Check(findings, keeper.Of(options.Notify, "Notify"), options.Notify);
        NotifyRules.Hint(findings, keeper.Of(options.Notify, "Notify"), options.Notify);
        CheckSnapshots(findings, keeper.Of(options.Snapshots, "Snapshots"), options.Snapshots);
        CheckStatus(findings, keeper.Of(options.Status, "Status"), options.Status);
        for (int at = 0; at < options.Services.Count; at++)
        {
            ServiceRules.Check(findings, SubjectOf(options.Services, at), options.Services[at]);
        }

        CheckNames(findings, options.Services);
        DependencyRules.Check(findings, options.Services);
        HintRules.CheckShared(findings, options.Services, ServiceRules.ChecksField);
        return findings;
    }

    /// <summary>By name, or by place where there is no name.</summary>
    internal static Subject SubjectOf(IList<ServiceDefinition> services, int at) => services[at] is { Name.Length: > 0 } named
        ? new Subject(named, $"Services[{Entry.Quote(named.Name)}]")
        : new Subject(services[at], $"Services[{at}]");

    private static void CheckSnapshots(Findings findings, Subject subject, ServiceSnapshotOptions snapshots)
    {
        if (snapshots.Folder is { } folder)
        {
            findings.AbsolutePath(subject, "folder", folder);
        }

        findings.Size(subject, "maxSize", snapshots.MaxSize, Limits.MinSnapshotSize, "64KiB to 1TiB");
        findings.Time(subject, "timeout", snapshots.Timeout, Limits.Shortest, Limits.TenMinutes);
    }

    private static void CheckStatus(Findings findings, Subject subject, StatusOptions status)
    {
        foreach ((string option, string value, string allowed) in ProcessManagerOptionsValidator.MistakesOf(status))
        {
            string text = $"is not allowed here; allowed: {allowed}";
            findings.Mistakes.Add(new Finding(subject.Object, subject.Path, char.ToLowerInvariant(option[0]) + option[1..], value, text.Replace("Status:AllowRemote", "status.allowRemote", StringComparison.Ordinal).Replace("Status:Token", "status.token", StringComparison.Ordinal))
            {
                MemberText = text.Replace("Status:", "Status.", StringComparison.Ordinal),
            });
        }
    }

    // In a file two services of one name are found before there are two objects.
    private static void CheckNames(Findings findings, IList<ServiceDefinition> services)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int at = 0; at < services.Count; at++)
        {
            if (services[at].Name.Length > 0 && !names.Add(services[at].Name))
            {
                findings.Refuse(SubjectOf(services, at), "name", services[at].Name, "is the name of another service as well", "a name for one service");
            }
        }
    }
}
