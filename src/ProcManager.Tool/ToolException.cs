namespace ProcManager.Tool;

/// <summary>Ends the tool with one line on standard error and this exit code.</summary>
internal sealed class ToolException(int exitCode, string message) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;

    /// <summary>The manager that took the connection and says nothing; null: none is known.</summary>
    internal int? SilentPid { get; private init; }

    /// <summary>The manager was not asked, or did not answer.</summary>
    internal static ToolException CouldNotAsk(string message) => new(ExitCodes.CouldNotAsk, message);

    /// <summary>The manager is there and does not answer.</summary>
    internal static ToolException Silent(string message, int pid) => new(ExitCodes.CouldNotAsk, message) { SilentPid = pid > 0 ? pid : null };

    /// <summary>The manager was asked and says no, or it did not work.</summary>
    internal static ToolException Refused(string message) => new(ExitCodes.Failed, message);
}

/// <summary>The exit codes, see docs/tool.md.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int CouldNotAsk = 2;

    /// <summary>A wrong command line: EX_USAGE of sysexits.h.</summary>
    internal const int Usage = 64;

    /// <summary>Standard output takes nothing: EX_IOERR.</summary>
    internal const int Output = 74;

    /// <summary>A file of definitions has mistakes: EX_CONFIG.</summary>
    internal const int Configuration = 78;
}
