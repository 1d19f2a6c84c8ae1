using System.Collections;
using System.Globalization;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>Starts one worker: this program again, with a lifeline, the scoreboard and the listeners.</summary>
internal sealed class WorkerLauncher(SelfCommand self, int scoreboard, IReadOnlyList<InheritedListener> listeners, string? workingDirectory)
{
    // Room for a title that the worker changes later.
    private const int TitleRoom = 64;

    private const int DescriptorReserve = 16;

    private static readonly int[] PermanentErrors =
    [
        Errno.ENOENT, Errno.EACCES, Errno.ENOEXEC, Errno.EPERM, Errno.ENOTDIR, Errno.ELOOP, Errno.E2BIG, Errno.ENAMETOOLONG, Errno.EISDIR,
    ];

    internal string Path => self.Path;

    /// <summary>Throws <see cref="PosixException"/> when the system refuses.</summary>
    internal WorkerHandle Launch(int slot, int generation, string title, TimeSpan now)
    {
        EnterWorkingDirectory();
        (int ours, int theirs) = Descriptors.SocketPair();
        try
        {
            Descriptors.ThrowIfNearLimit(Math.Max(ours, theirs), DescriptorReserve);
            Descriptors.SetNonBlocking(ours);
            int[] inherited = [theirs, scoreboard, .. listeners.Select(static l => l.Descriptor)];
            int[] numbers = Spawner.ChildNumbers(inherited);
            var record = new LaunchRecord(
                Environment.ProcessId, slot, generation, numbers[0], numbers[1],
                [.. listeners.Select((l, i) => l with { Descriptor = numbers[i + 2] })]);
            string[] arguments = [title.PadRight(TitleRoom), .. self.Arguments[1..]];
            int pid = Spawner.Spawn(new SpawnRequest(self.Path, arguments, EnvironmentWith(record), inherited));

            // Not reaped yet, so the number is still this process's.
            return new WorkerHandle(slot, generation, pid, Children.OpenPidFd(pid), ours, now);
        }
        catch
        {
            Descriptors.Close(ours);
            throw;
        }
        finally
        {
            Descriptors.Close(theirs);
        }
    }

    internal static bool IsPermanent(PosixException e) => PermanentErrors.Contains(e.Errno);

    /// <summary>The environment as .NET has it, with the host's own changes, and one variable of ours.</summary>
    internal static List<string> EnvironmentWith(LaunchRecord record)
    {
        var variables = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add(string.Create(CultureInfo.InvariantCulture, $"{variable.Key}={variable.Value}"));
        }

        variables.Add($"{LaunchRecord.Variable}={record.Encode()}");
        return variables;
    }

    // posix_spawn has no portable way to set it; the manager goes there, which re-reads a link.
    private void EnterWorkingDirectory()
    {
        if (workingDirectory is null)
        {
            return;
        }

        try
        {
            Environment.CurrentDirectory = workingDirectory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PosixException($"chdir({workingDirectory})", Errno.ENOENT);
        }
    }
}
