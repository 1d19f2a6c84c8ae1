using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Tool.Watching;

/// <summary><c>procman watchdog run</c>: until TERM, INT, QUIT or HUP.</summary>
internal static class WatchCommand
{
    /// <summary>What a watchdog that <see cref="WatchService"/> has started says when it has taken one sample.</summary>
    internal const string Runs = "runs";

    internal static int Run(WatchOptions options)
    {
        if (options.Detached)
        {
            Children.EnterOwnSession();
        }

        var log = new WatchdogLog(options.LogFile, options.Debug);
        log.RequireFile();
        using var held = WatchdogLock.Take(options.LockFile);
        using var stopping = new CancellationTokenSource();
        PosixSignalRegistration[] signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        }))];
        using (IStatusSource source = options.Url is { } url ? new UrlStatus(url, options.TokenFile) : new LocalStatus(options.Target))
        using (HangCommand? command = options.Command is { } line ? new HangCommand(line, log) : null)
        {
            try
            {
                new Watchdog(options, source, command, log).Run(options.Detached ? Detach : static () => { }, stopping.Token);
            }
            catch (Exception e)
            {
                log.Write(WatchdogLog.Errors, $"the watchdog ends by an error of its own: {e}"); // in the background there is no other place for it
                throw;
            }
        }

        Array.ForEach(signals, static s => s.Dispose());
        return ExitCodes.Done;
    }

    // From here on nothing is left of the shell that started the watchdog: no terminal, no folder, no descriptor.
    private static void Detach()
    {
        Environment.CurrentDirectory = "/";
        Descriptors.WriteAll(1, System.Text.Encoding.ASCII.GetBytes(Runs + "\n"));
        for (int fd = 0; fd <= 2; fd++)
        {
            Descriptors.OpenNullAt(fd);
        }
    }
}
