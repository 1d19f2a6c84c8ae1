using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tool.Watching;

/// <summary><c>start</c>, <c>stop</c> and <c>restart</c> of a watchdog in the background.</summary>
internal static class WatchService
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs the same command line with <c>run</c>, and waits until the watchdog has taken its lock and one sample.</summary>
    internal static int Start(ParseResult parsed, WatchOptions options)
    {
        SelfCommand self = SelfCommand.Read();
        int hosts = self.Arguments.Length - Environment.GetCommandLineArgs().Length; // "dotnet procman.dll": one argument more than the program sees
        var start = new ProcessStartInfo(self.Path, [.. self.Arguments[1..(hosts + 1)], .. AsRun(parsed)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        KeepOurDescriptors();
        using Process watchdog = Process.Start(start)!;
        watchdog.StandardInput.Close();
        Task<string?> said = watchdog.StandardOutput.ReadLineAsync();
        if (!said.Wait(StartLimit))
        {
            watchdog.Kill();
            throw ToolException.CouldNotAsk($"the watchdog has not begun within {StartLimit.TotalSeconds:0} s and was killed.");
        }

        if (said.Result == WatchCommand.Runs)
        {
            Console.WriteLine($"The watchdog of {options.Title} runs (pid {watchdog.Id}); its log is {options.LogFile}.");
            return ExitCodes.Done;
        }

        Console.Error.Write(watchdog.StandardError.ReadToEnd());
        watchdog.WaitForExit();
        return watchdog.ExitCode is ExitCodes.Failed or ExitCodes.CouldNotAsk or ExitCodes.Usage
            ? watchdog.ExitCode
            : throw ToolException.CouldNotAsk($"the watchdog has ended at its start with exit code {watchdog.ExitCode}.");
    }

    // A lock or a pipe of the script that calls: the watchdog would hold it for as long as it lives.
    private static void KeepOurDescriptors()
    {
        foreach (string entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry), out int fd) && fd > 2 && Descriptors.IsOpen(fd))
            {
                Descriptors.SetCloseOnExec(fd);
            }
        }
    }

    internal static int Stop(string lockFile) => TryStop(lockFile)
        ? ExitCodes.Done
        : throw ToolException.CouldNotAsk($"no watchdog runs: no process holds {lockFile}.");

    internal static int Restart(ParseResult parsed, WatchOptions options)
    {
        _ = TryStop(options.LockFile);
        return Start(parsed, options);
    }

    private static bool TryStop(string lockFile)
    {
        if (WatchdogLock.Holder(lockFile) is not { } holder)
        {
            return false;
        }

        int pidFd = Children.OpenPidFd(holder.Pid);
        try
        {
            if (pidFd < 0 && ProcFs.StartTime(holder.Pid) == holder.StartTime)
            {
                throw ToolException.CouldNotAsk($"the watchdog (pid {holder.Pid}) cannot be signalled: the system gives no pidfd, so its number may be another process's in a moment.");
            }

            // Compared after the open: from then on the descriptor is this process's.
            if (pidFd >= 0 && ProcFs.StartTime(holder.Pid) == holder.StartTime)
            {
                if (!Children.Signal(holder.Pid, pidFd, Signals.TERM) && ProcFs.StartTime(holder.Pid) == holder.StartTime)
                {
                    throw ToolException.CouldNotAsk($"the watchdog (pid {holder.Pid}) cannot be signalled.");
                }

                if (Connections.WaitFor(pidFd, Constants.POLLIN, (int)StopLimit.TotalMilliseconds) == 0)
                {
                    throw ToolException.Refused($"the watchdog (pid {holder.Pid}) has not ended within {StopLimit.TotalSeconds:0} s.");
                }
            }
        }
        finally
        {
            Descriptors.Close(pidFd);
        }

        Console.WriteLine($"The watchdog (pid {holder.Pid}) has ended.");
        return true;
    }

    // The hidden option stands behind the command, so that no "--" hides it.
    private static IEnumerable<string> AsRun(ParseResult parsed)
    {
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Command && token.Value is "start" or "restart")
            {
                yield return "run";
                yield return "--detached";
            }
            else
            {
                yield return token.Value;
            }
        }
    }
}
