using System.Reflection;

namespace ProcManager.Status;

/// <summary>The page for people: one file without anything from elsewhere, which fetches <c>status.json</c> each second.</summary>
internal static class StatusPage
{
    internal const string ContentType = "text/html; charset=utf-8";

    /// <summary>Of the page's only script and only style sheet, so that nothing else runs or is loaded, whatever a client has sent. A test holds them against the file.</summary>
    internal const string ScriptHash = "sha256-W2WNtaFNhpPXwKhia89QEKeHbUH7FtfWegZ1wYP3QYQ=";

    internal const string StyleHash = "sha256-X9B32qiR6EtC9I/CC/eR+Z03URCEodSThobMmbn0aq0=";

    internal const string Headers =
        $"Content-Security-Policy: default-src 'none'; script-src '{ScriptHash}'; style-src '{StyleHash}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

    internal static byte[] Bytes => field ??= Read();

    private static byte[] Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ProcManager.Status.page.html")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
