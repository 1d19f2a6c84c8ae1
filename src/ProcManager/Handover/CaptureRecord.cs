using System.Globalization;

namespace ProcManager.Handover;

/// <summary>
/// What a process is told, in an environment variable, that was started to look at a hung worker:
/// <c>v1;worker=812;milliseconds=10000;output=4;dump=/tmp/hang.dmp</c>. The number behind output is a descriptor.
/// </summary>
internal sealed record CaptureRecord(int Worker, int Milliseconds, int Output, string? DumpFile)
{
    internal const string Variable = "PROCMANAGER_CAPTURE";

    internal string Encode() => string.Create(CultureInfo.InvariantCulture, $"v1;worker={Worker};milliseconds={Milliseconds};output={Output};dump={DumpFile}");

    /// <summary>Null when no manager of this library wrote it.</summary>
    internal static CaptureRecord? Decode(string value)
    {
        string[] parts = value.Split(';', 5);
        return parts.Length == 5 && parts[0] == "v1"
            && Number(parts[1], "worker=") is { } worker && Number(parts[2], "milliseconds=") is { } milliseconds && Number(parts[3], "output=") is { } output
            && parts[4].StartsWith("dump=", StringComparison.Ordinal)
            ? new CaptureRecord(worker, milliseconds, output, parts[4].Length > 5 ? parts[4][5..] : null)
            : null;
    }

    private static int? Number(string part, string name) =>
        part.StartsWith(name, StringComparison.Ordinal) && int.TryParse(part.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
