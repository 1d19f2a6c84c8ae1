using System.Text;
using ProcManager.Posix;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of a <see cref="ServiceCheck"/>.</summary>
internal static class CheckRules
{
    internal const string TcpAllowed = "HOST:PORT such as 127.0.0.1:6379 or [::1]:6379, or a port of 127.0.0.1 alone; ports are 1 to 65535";
    internal const string HttpAllowed = "an address such as http://127.0.0.1:8080/health, http or https";
    internal const string StatusAllowed = "a status such as 200, or a range such as \"200-299\"; 100 to 599";

    private const int MaxPort = 65535;

    internal static void Check(Findings findings, Subject subject, ServiceCheck check)
    {
        findings.Time(subject, "timeout", check.Timeout, Limits.Shortest, Limits.Hour);
        if (check.Failures is { } failures)
        {
            findings.Number(subject, "failures", failures, 1, Limits.MaxCount);
        }

        switch (check)
        {
            case PidFileCheck pidFile:
                findings.AbsolutePath(subject, new Field("pidFile", nameof(pidFile.Path)), pidFile.Path);
                if (pidFile.Executable is { } program)
                {
                    findings.AbsolutePath(subject, "executable", program);
                }

                break;
            case ExecutableCheck executable:
                findings.AbsolutePath(subject, new Field("executable", nameof(executable.Path)), executable.Path);
                break;
            case TcpCheck tcp:
                CheckTcp(findings, subject, tcp);
                break;
            case UnixSocketCheck unix:
                CheckSocket(findings, subject, unix);
                break;
            case HttpCheck http:
                CheckHttp(findings, subject, http);
                break;
            case CommandCheck command:
                CommandRules.Check(findings, subject.Of(command.Command, "Command"), command.Command);
                CommandRules.RefuseTimeout(findings, subject.Of(command.Command, "Command"), command.Command, "the timeout of the check");
                break;
        }
    }

    private static void CheckTcp(Findings findings, Subject subject, TcpCheck tcp)
    {
        if (tcp.Port is < 1 or > MaxPort)
        {
            findings.Refuse(subject, new Field("tcp", nameof(tcp.Port)), tcp.Port, "is no port", TcpAllowed);
        }

        if (Uri.CheckHostName(tcp.Host) == UriHostNameType.Unknown)
        {
            findings.Refuse(subject, new Field("tcp", nameof(tcp.Host)), tcp.Host, "is no host", TcpAllowed);
        }
    }

    private static void CheckSocket(Findings findings, Subject subject, UnixSocketCheck unix)
    {
        var field = new Field("unix", nameof(unix.Path));
        findings.AbsolutePath(subject, field, unix.Path);
        if (Encoding.UTF8.GetByteCount(unix.Path) > LocalSockets.MaxPathBytes)
        {
            findings.Refuse(subject, field, unix.Path, "is too long for a unix socket", $"{LocalSockets.MaxPathBytes} bytes");
        }
    }

    private static void CheckHttp(Findings findings, Subject subject, HttpCheck http)
    {
        var url = new Field("http", nameof(http.Url));
        if (http.Url is null)
        {
            findings.Missing(subject, url, HttpAllowed);
        }
        else if (!IsHttp(http.Url))
        {
            findings.Refuse(subject, url, http.Url.OriginalString, "is no address of HTTP", HttpAllowed);
        }

        if (http.MinStatus is < Limits.MinHttpStatus or > Limits.MaxHttpStatus || http.MaxStatus < http.MinStatus || http.MaxStatus > Limits.MaxHttpStatus)
        {
            findings.Refuse(subject, new Field("status", $"{nameof(http.MinStatus)} to {nameof(http.MaxStatus)}"), $"{http.MinStatus}-{http.MaxStatus}", "is no status", StatusAllowed);
        }
    }

    internal static bool IsHttp(Uri url) => url.IsAbsoluteUri && url.Scheme is "http" or "https" && url.Host.Length > 0;
}
