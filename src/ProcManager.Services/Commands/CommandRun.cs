using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Commands;

/// <summary>Runs a command to its end, or kills it with all of its process group at the timeout. Takes no thread while it waits.</summary>
internal sealed class CommandRun
{
    /// <summary>How long a killed process may take to end, as one that hangs in the kernel; after that it is reaped in the background.</summary>
    private static readonly TimeSpan TimeToDie = TimeSpan.FromMilliseconds(200);

    /// <summary>On a kernel without pidfd the end is looked for this often.</summary>
    private static readonly TimeSpan LookWithoutPidFd = TimeSpan.FromMilliseconds(20);

    private readonly KeptOutput _output;
    private readonly byte[] _buffer = new byte[4096];
    private readonly int _pid;
    private readonly int _pidFd;
    private int _read;

    private CommandRun(int pid, int read, OutputLimit limit)
    {
        (_pid, _read, _output) = (pid, read, new KeptOutput(limit));
        _pidFd = Children.OpenPidFd(pid);
    }

    /// <summary>Never throws: a command that cannot be started is a result as well. A cancelled command is killed.</summary>
    /// <param name="command">The command; its own timeout is not looked at.</param>
    /// <param name="timeout">How long it may take, with its start.</param>
    /// <param name="limit">What is kept of its output.</param>
    /// <param name="facts">Variables that are set for it.</param>
    /// <param name="input">What it finds on its standard input; empty: /dev/null.</param>
    /// <param name="turn">A start while an earlier one of the same turn hangs is refused; null: it is not.</param>
    /// <param name="cancellationToken">Kills it.</param>
    internal static async Task<CommandResult> RunAsync(
        ServiceCommand command, TimeSpan timeout, OutputLimit limit, IReadOnlyList<KeyValuePair<string, string>> facts, ReadOnlyMemory<byte> input, CommandTurn? turn,
        CancellationToken cancellationToken)
    {
        if (turn?.Start is { IsCompleted: false })
        {
            return new("an earlier start of it still hangs; the user database may not answer", null, timeout, "", 0);
        }

        TimeSpan until = Monotonic.Now + timeout;
        Task<CommandRun> start = Task.Run(() => Start(command, limit, facts, input.Span), CancellationToken.None);
        turn?.Start = start;
        CommandRun run;
        try
        {
            run = await start.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _ = start.ContinueWith(static s => _ = s.Exception is null ? s.Result.WaitAsync(TimeSpan.Zero, CancellationToken.None) : null, TaskScheduler.Default);
            return new(Reason(e), null, timeout, "", 0);
        }

        ChildEnd? end = await run.WaitAsync(until, cancellationToken).ConfigureAwait(false);
        return new(null, end, timeout, run._output.Text, run._output.Lost);
    }

    private static string Reason(Exception e) => e switch
    {
        TimeoutException => "its start took too long; the user database may not answer",
        OperationCanceledException => "it was cancelled",
        PosixException posix => $"{posix.Call}: {posix.Reason}",
        _ => e.Message,
    };

    private static CommandRun Start(ServiceCommand command, OutputLimit limit, IReadOnlyList<KeyValuePair<string, string>> facts, ReadOnlySpan<byte> input)
    {
        int inputFile = -1;
        (int read, int write) = Descriptors.OutputPipe();
        try
        {
            if (input.Length > 0)
            {
                inputFile = AnonymousFile.Open("procmanager-input", 0);
                Descriptors.WriteAll(inputFile, input);
                _ = LibC.lseek(inputFile, 0, 0);
            }

            return new CommandRun(CommandStart.Spawn(command, facts, inputFile < 0 ? null : inputFile, write), read, limit);
        }
        catch
        {
            Descriptors.Close(read);
            throw;
        }
        finally
        {
            Descriptors.Close(write);
            Descriptors.Close(inputFile);
        }
    }

    /// <summary>Null: the time was over, or the wait was cancelled, and the command was killed.</summary>
    private async Task<ChildEnd?> WaitAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        ChildEnd? end = await ReadToEndAsync(until, cancellationToken).ConfigureAwait(false);
        bool isKilled = end is null;
        if (isKilled)
        {
            Children.KillGroup(_pid);
            end = await ReadToEndAsync(Monotonic.Now + TimeToDie, CancellationToken.None).ConfigureAwait(false);
        }

        Read();
        Descriptors.Close(_read);
        _read = -1;
        if (end is null)
        {
            _ = ReapLaterAsync();
            return null;
        }

        Descriptors.Close(_pidFd);
        return isKilled ? null : end;
    }

    private async Task<ChildEnd?> ReadToEndAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        while (true)
        {
            Read();
            if (Children.TryReap(_pid) is { } end)
            {
                return end;
            }

            TimeSpan left = until - Monotonic.Now;
            if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            _ = await DescriptorWaits.WaitAsync(_read, _pidFd, Constants.POLLIN, _pidFd < 0 && left > LookWithoutPidFd ? LookWithoutPidFd : left, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A child of the command that goes on may keep the pipe open, so the end of the output is not waited for.</summary>
    private void Read()
    {
        for (int i = 0; _read >= 0 && i < 64; i++)
        {
            int n = Descriptors.Read(_read, _buffer);
            if (n > 0)
            {
                _output.Add(_buffer.AsSpan(0, n));
                continue;
            }

            if (n == 0)
            {
                Descriptors.Close(_read);
                _read = -1;
            }

            break;
        }
    }

    private async Task ReapLaterAsync()
    {
        while (Children.TryReap(_pid) is null)
        {
            if (_pidFd < 0 || !await DescriptorWaits.WaitAsync(_pidFd, -1, Constants.POLLIN, TimeSpan.FromHours(1), CancellationToken.None).ConfigureAwait(false))
            {
                await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            }
        }

        Descriptors.Close(_pidFd);
    }
}
