using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProcManager.Diagnostics;
using ProcManager.Listening;
using ProcManager.Logging;
using ProcManager.Worker;

namespace ProcManager;

/// <summary>
/// A user's mistake (an option, a path, an address) that the program does not catch ends it with one line and exit code 78 (EX_CONFIG of sysexits.h), in place of a
/// stack trace and SIGABRT. The code is 1 where the settings are right and a later start may succeed, so that a supervisor tries again. Other exceptions are left to the runtime.
/// </summary>
internal static class UncaughtMistakes
{
    internal const int ExitCode = 78;
    internal const int MayPassExitCode = 1;

    private static int _watching;

    /// <summary>In a worker that is ready an exception of ours is a fault and no setting: the runtime writes its stack.</summary>
    internal static bool WorkerServes { get; set; }

    /// <summary>To be called before the first of our exceptions can be thrown. Every process.</summary>
    internal static void Watch()
    {
        if (Interlocked.Exchange(ref _watching, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += static (_, e) => End(e.ExceptionObject);
        }
    }

    /// <summary>The line about a user's mistake; null: the exception is none.</summary>
    internal static string? TextOf(object exception) => exception switch
    {
        ProcManagerException or InvalidSettingException => Printable.Of(((Exception)exception).Message),
        OptionsValidationException { OptionsType.Namespace: "ProcManager" or "ProcManager.FastCgi" } e => Printable.Of(e.Message), // the host's own check with our validators
        ArgumentOutOfRangeException e when SocketPath.Refusal(e) is { } refusal => Printable.Of(refusal), // thrown by the runtime, before Listen sees the path
        NotLinuxException e => Printable.Of(e.Message),
        AggregateException { InnerExceptions: [var inner] } => TextOf(inner),
        TypeInitializationException { InnerException: { } inner } => TextOf(inner),
        _ => null,
    };

    /// <summary>The exit code for an exception that <see cref="TextOf"/> has a line for.</summary>
    internal static int CodeOf(object exception) => exception switch
    {
        ProcManagerException { MayPass: true } => MayPassExitCode,
        AggregateException { InnerExceptions: [var inner] } => CodeOf(inner),
        TypeInitializationException { InnerException: { } inner } => CodeOf(inner),
        _ => ExitCode,
    };

    private static void End(object exception)
    {
        if (WorkerServes || TextOf(exception) is not { } text)
        {
            return;
        }

        CrashNotice.Begin(exception as Exception); // the place of a worker is given to another before the log is waited for

        NoticeQueue.FlushAll(); // earlier messages come before the mistake
        var last = new NoticeQueue(static notice => ProcessManager.WriteToStandardError(notice.Message), static _ => { });
        last.Add(new Notice(LogLevel.Critical, default, text, [], null));
        last.Flush(last.LastTime);
        ProcessManager.EndProcess(CodeOf(exception));
    }
}

/// <summary>An argument that comes from a user's setting.</summary>
internal sealed class InvalidSettingException(string message, string? parameter, Exception? cause = null) : ArgumentException(message, parameter, cause);
