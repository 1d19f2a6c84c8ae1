using System.Globalization;
using System.Text;
using ProcManager.Posix;
using ProcManager.Services.Definitions.Rules;

namespace ProcManager.Services.Definitions;

/// <summary>Reads a whole definitions file with all its mistakes.</summary>
internal static class DefinitionFile
{
    private const int MaxBytes = 16 * 1024 * 1024;

    internal static readonly FileField<ServiceSnapshotOptions>[] Snapshots =
    [
        Values.Switch<ServiceSnapshotOptions>("enabled", static (s, v) => s.Enabled = v),
        Values.Text<ServiceSnapshotOptions>("folder", static (s, v) => s.Folder = v),
        Values.Size<ServiceSnapshotOptions>("maxSize", static (s, v) => s.MaxSize = v),
        Values.Time<ServiceSnapshotOptions>("timeout", static (s, v) => s.Timeout = v),
    ];

    internal static readonly FileField<StatusOptions>[] Status =
    [
        Values.Text<StatusOptions>("endPoint", static (s, v) => s.EndPoint = v),
        Values.Text<StatusOptions>("token", static (s, v) => s.Token = v),
        Values.Switch<StatusOptions>("allowRemote", static (s, v) => s.AllowRemote = v),
    ];

    internal static readonly FileField<ServiceKeeperOptions>[] Keeper =
    [
        Values.Text<ServiceKeeperOptions>("$schema", static (_, _) => { }), // for editors
        Values.Text<ServiceKeeperOptions>("folder", static (k, v) => k.Folder = v),
        Values.Object<ServiceKeeperOptions, ServiceNotifyOptions>("notify", static k => k.Notify, ServiceFields.Notify),
        Values.Object<ServiceKeeperOptions, ServiceSnapshotOptions>("snapshots", static k => k.Snapshots, Snapshots),
        Values.Object<ServiceKeeperOptions, StatusOptions>("status", static k => k.Status, Status),
        new("services", ReadServices),
    ];

    /// <param name="path">The file.</param>
    /// <param name="looksAtFiles">Hints tell of programs that are not there.</param>
    /// <param name="keeperUser">The user that the keeper becomes, and who may change the file; null: it stays what it is.</param>
    internal static (ServiceKeeperOptions Options, IReadOnlyList<string> Hints) ReadFile(string path, bool looksAtFiles, uint? keeperUser = null)
    {
        byte[] json = ReadBytes(path, out FileIdentity? identity);
        (ServiceKeeperOptions options, IReadOnlyList<string> hints) = Read(json, path, looksAtFiles);
        return (options, identity is { } found && (found.IsWritableByAll || !(found.IsOursOrRoots || found.Owner == keeperUser))
            ? [$"{path}: hint: another user may change this file, and with it what the keeper starts; give it to the keeper's user, with mode 0644 or less", .. hints]
            : hints);
    }

    /// <summary>The folder that a file names, whatever mistakes it has elsewhere; null: none.</summary>
    /// <exception cref="ServiceDefinitionException">The file cannot be read, or is no JSON.</exception>
    internal static string? FolderOf(string path)
    {
        (Entry? root, string? mistake) = EntryParser.Parse(ReadBytes(path, out _), path);
        return root is null ? throw new ServiceDefinitionException([mistake!])
            : root["folder"] is { Kind: EntryKind.Text, Value: ['/', ..] and var folder } ? folder : null;
    }

    /// <summary>Where a field of a service stands, as every mistake begins: <c>services.json:8: services.redis.kind</c>.</summary>
    internal static string PlaceOf(string path, string service, string field)
    {
        Entry? entry = EntryParser.Parse(ReadBytes(path, out _), path).Root?["services"]?[service];
        string line = (entry?[field] ?? entry) is { } found ? string.Create(CultureInfo.InvariantCulture, $":{found.Place.Line}") : "";
        return $"{path}{line}: {entry?.PathOf(field) ?? service}";
    }

    internal static (ServiceKeeperOptions Options, IReadOnlyList<string> Hints) Read(ReadOnlySpan<byte> json, string name, bool looksAtFiles = false)
    {
        (Entry? root, string? mistake) = EntryParser.Parse(json, name);
        if (root is null)
        {
            throw new ServiceDefinitionException([mistake!]);
        }

        var options = new ServiceKeeperOptions { IsOfFile = true };
        var report = new FileReport(name);
        report.Remember(options.Notify, root);
        report.Remember(options.Snapshots, root);
        report.Remember(options.Status, root);
        Values.ReadObject(report, root, options, Keeper);
        if (root.Kind == EntryKind.Object && root["services"] is null)
        {
            report.Mistake(root.Place, "services", "is missing: an object with a field for each service");
        }

        report.Add(KeeperRules.Check(options, looksAtFiles));
        return report.MistakeCount > 0 ? throw new ServiceDefinitionException(report.Mistakes) : (options, report.Hints);
    }

    private static void ReadServices(FileReport report, Entry entry, ServiceKeeperOptions options)
    {
        if (entry.Kind != EntryKind.Object)
        {
            report.Refuse(entry, "is no object", "an object with a field for each service: { \"redis\": { … } }");
            return;
        }

        if (entry.Members.Count == 0)
        {
            report.Hint(entry, "there is no service, so the keeper has nothing to do");
        }

        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (Member service in entry.Members)
        {
            if (report.IsFirst(first, entry, service))
            {
                options.Services.Add(ServiceFields.Read(report, service.Name, service.Value));
            }
        }
    }

    private static byte[] ReadBytes(string path, out FileIdentity? identity)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            identity = FileIdentity.OfDescriptor((int)file.SafeFileHandle.DangerousGetHandle());
            return ReadAll(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ServiceDefinitionException([$"{path}: the file cannot be read: {e.Message}"]);
        }
    }

    private static byte[] ReadAll(FileStream file)
    {
        var bytes = new MemoryStream();
        byte[] part = new byte[64 * 1024];
        while (file.Read(part) is > 0 and var count)
        {
            bytes.Write(part, 0, count);
            if (bytes.Length > MaxBytes)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it is larger than {MaxBytes / 1024 / 1024} MiB"));
            }
        }

        return bytes.ToArray();
    }

    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
