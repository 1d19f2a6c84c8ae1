using System.Globalization;
using ProcManager.Handover;
using ProcManager.Output;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Runtime;

/// <summary>Starts one worker: this program again, with a lifeline, the scoreboard and the listeners.</summary>
internal sealed class WorkerLauncher(SelfCommand self, int scoreboard, IReadOnlyList<InheritedListener> listeners, WorkingDirectory directory, ProcessManagerOptions options)
{
    // Room for a title that the worker changes later.
    private const int TitleRoom = 64;

    private const int DescriptorReserve = 16;

    private static readonly int[] PermanentErrors =
    [
        Errno.ENOENT, Errno.EACCES, Errno.ENOEXEC, Errno.EPERM, Errno.ENOTDIR, Errno.ELOOP, Errno.E2BIG, Errno.ENAMETOOLONG, Errno.EISDIR,
    ];

    internal string Path => self.Path;

    /// <summary>The manager's title.</summary>
    internal string Title { get; init; } = ProgramName.Title;

    /// <summary>The settings that the manager has accepted.</summary>
    internal Func<string?> Settings { get; init; } = static () => null;

    /// <summary>Reads what workers write; null: they have this process's standard output and error.</summary>
    internal WorkerOutput? Output { get; init; }

    /// <summary>As whom workers run; null: as this process.</summary>
    internal WorkerIdentity? Identity { get; init; }

    /// <summary>The workers' folder for temporary files; null: as of this process.</summary>
    internal string? TempFolder => options.Environment.TryGetValue("TMPDIR", out string? folder) ? folder ?? "/tmp" : null;

    private bool IsPerRequest => options.Sizing == PoolSizing.PerRequest;

    private long HeapLimit => (long)(options.MaxMemory / 100.0 * options.HeapLimitPercent);

    /// <summary>Throws <see cref="PosixException"/> when the system refuses.</summary>
    internal WorkerHandle Launch(int slot, int generation, bool standby, string title, TimeSpan now)
    {
        directory.Enter();
        (int ours, int theirs) = Descriptors.SocketPair();
        List<WorkerChannel> channels = [];
        try
        {
            Descriptors.ThrowIfNearLimit(Math.Max(ours, theirs), DescriptorReserve);
            Descriptors.SetNonBlocking(ours);
            OpenChannels(channels);
            IReadOnlyList<InheritedListener> given = IsPerRequest ? [.. channels.Select(static c => new InheritedListener(c.Listener, c.Theirs))] : listeners;
            int[] inherited = [theirs, scoreboard, .. given.Select(static l => l.Descriptor)];
            int[] numbers = Spawner.ChildNumbers(inherited);
            var record = new LaunchRecord(
                Environment.ProcessId, slot, generation, standby, numbers[0], numbers[1],
                [.. given.Select((l, i) => l with { Descriptor = numbers[i + 2] })])
            {
                IsPerRequest = IsPerRequest,
                Library = LaunchRecord.OwnLibrary,
                Layout = Layout.Version,
                StartTimeout = (int)Math.Min(options.StartTimeout?.TotalMilliseconds ?? 0, int.MaxValue),
                Settings = Settings(),
                IsCaptured = Output is not null && options.CaptureOutput,
                HeapLimitBefore = HeapLimit > 0 ? Environment.GetEnvironmentVariable(LaunchRecord.HeapLimitVariable) ?? "" : null,
            };
            string[] arguments = [title.PadRight(TitleRoom), .. self.Arguments[1..]];
            using OutputPipes? pipes = Output?.Open(slot);
            int pid = Spawner.Spawn(new SpawnRequest(self.Path, arguments, EnvironmentOfWorker(record), inherited) { Outputs = pipes?.Ends, As = Identity?.Credentials, Settings = WorkerSettings.Of(options) });
            pipes?.Started(pid);

            // Not reaped yet, so the number is still this process's.
            return new WorkerHandle(slot, generation, pid, Children.OpenPidFd(pid), ours, now) { Channels = channels };
        }
        catch
        {
            Descriptors.Close(ours);
            channels.ForEach(static c => c.Close());
            throw;
        }
        finally
        {
            Descriptors.Close(theirs);
        }
    }

    // One request a process: workers do not inherit the listeners, on which the manager accepts.
    private void OpenChannels(List<WorkerChannel> channels)
    {
        if (IsPerRequest)
        {
            foreach (string name in listeners.Count > 0 ? listeners.Select(static l => l.Name) : [WorkerChannel.WithoutListener])
            {
                channels.Add(WorkerChannel.Open(name));
                Descriptors.ThrowIfNearLimit(channels[^1].Theirs, DescriptorReserve);
            }
        }
    }

    /// <summary>Starts this program to look into a worker. What it prints itself goes nowhere: a program may say on its start that it serves.</summary>
    internal int LaunchCapture(int worker, int output, TimeSpan timeout, string? dumpFile)
    {
        int[] inherited = [output];
        var record = new CaptureRecord(worker, (int)timeout.TotalMilliseconds, Spawner.ChildNumbers(inherited)[0], dumpFile);
        string[] arguments = [string.Create(CultureInfo.InvariantCulture, $"{Title}: capture of {worker}").PadRight(TitleRoom), .. self.Arguments[1..]];
        return Spawner.Spawn(new SpawnRequest(self.Path, arguments, EnvironmentWith(CaptureRecord.Variable, record.Encode(), Variables), inherited) { Quiet = true, As = Identity?.Credentials });
    }

    /// <summary>Runs a command of the host's.</summary>
    internal static int LaunchCommand(string path, params string[] arguments) =>
        Spawner.Spawn(new SpawnRequest(path, [path, .. arguments], EnvironmentWith(null, "", []), []));

    internal static bool IsPermanent(PosixException e) => PermanentErrors.Contains(e.Errno);

    /// <summary>What a worker's environment has beside the manager's.</summary>
    private IEnumerable<KeyValuePair<string, string?>> Variables => (Identity?.Variables ?? []).Concat(options.Environment);

    private static List<string> EnvironmentWith(string? name, string value, IEnumerable<KeyValuePair<string, string?>> changes)
    {
        List<string> variables = WorkerEnvironment.Read();
        WorkerEnvironment.TakeOutToken(variables);
        WorkerEnvironment.Change(variables, changes);
        if (name is not null)
        {
            variables.Add($"{name}={value}");
        }

        return variables;
    }

    // The number is hexadecimal without a prefix: CoreCLR takes both forms, NativeAOT reads nothing from 0x.
    private List<string> EnvironmentOfWorker(LaunchRecord record)
    {
        List<string> variables = EnvironmentWith(LaunchRecord.Variable, record.Encode(), Variables);
        WorkerEnvironment.NameInstance(variables, record.Slot, record.Generation);
        if (HeapLimit > 0)
        {
            variables.RemoveAll(static v => v.StartsWith(LaunchRecord.HeapLimitVariable + "=", StringComparison.Ordinal));
            variables.Add(string.Create(CultureInfo.InvariantCulture, $"{LaunchRecord.HeapLimitVariable}={HeapLimit:X}"));
        }

        return variables;
    }
}
