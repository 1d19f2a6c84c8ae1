using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Services;
using ProcManager.Services.Keeping;
using ProcManager.Worker;

namespace ProcManager.Tool.Keeping;

/// <summary>The keeper as a process: detached or not, until TERM, INT or QUIT; HUP reads the file again.</summary>
internal sealed class KeeperProcess : IDisposable
{
    private readonly string _file;
    private readonly string? _folderGiven;
    private readonly ProcessManager _process;
    private readonly ILogger _log;
    private readonly PosixSignalRegistration[] _signals;
    private readonly TaskCompletionSource<PosixSignal> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceKeeperOptions _options;
    private readonly string _folder;
    private ServiceKeeper? _keeper;
    private PidFile? _pidFile;

    private KeeperProcess(string file, string? folder, ServiceKeeperOptions options, ProcessManager process)
    {
        (_file, _folderGiven, _options, _process) = (Path.GetFullPath(file), folder, options, process);
        _folder = PathOf(options);
        _log = process.LoggerOf(KeeperLoggers.Category, "keeper");
        process.PlainOpens = OpenAsFirstUser;
        process.PlainBegins = Begin;
        _signals =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, End)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload),
        ];
    }

    /// <summary>Comes back when the keeper has ended, or when it was detached.</summary>
    internal static int Run(string file, string? folder, ProcessManagerOptions daemon)
    {
        if (Definitions.Read(file, out IReadOnlyList<string> hints, LaunchesHere(daemon), daemon.User) is not { } options)
        {
            return ExitCodes.Configuration;
        }

        if (daemon is { Detach: true, LogFile: null })
        {
            hints = [.. hints, "procman: hint: without --log-file the log of a detached keeper goes nowhere"];
        }

        hints = [.. hints, .. Definitions.HintsOfFolder(file, folder ?? KeeperFolder.PathOf(options))];
        foreach (string hint in hints.Where(_ => LaunchesHere(daemon)))
        {
            Console.Error.WriteLine(hint);
        }

        InheritedDescriptors.KeepFromChildren();
        try
        {
            using var process = new KeeperProcess(file, folder, options, Make(daemon));
            return process.Run();
        }
        catch (ProcManagerConfigurationException e)
        {
            throw new ToolException(ExitCodes.Configuration, string.Join('\n', e.Failures));
        }
    }

    private static ProcessManager Make(ProcessManagerOptions process)
    {
        try
        {
            return new ProcessManager(process);
        }
        catch (ProcManagerConfigurationException e)
        {
            throw new ToolException(ExitCodes.Usage, string.Join('\n', e.Failures.Select(DaemonOptions.InWordsOfTheLine)));
        }
    }

    // The process that a detached start has made repeats the whole command line; its hints were told already.
    private static bool LaunchesHere(ProcessManagerOptions process) => !process.Detach || LaunchInfo.Current is null;

    private int Run()
    {
        _process.Manage(); // with --detach the process that was started ends in here
        using NotifyWhileRunning service = new(_log);
        Task.WaitAny(_keeper!.Completion, _end.Task);
        service.Stopping();
        return _keeper.Failure is null ? ExitCodes.Done : ExitCodes.Failed;
    }

    public void Dispose()
    {
        _keeper?.StopAsync().GetAwaiter().GetResult();
        Array.ForEach(_signals, static s => s.Dispose());
        _ = _pidFile?.Release();
        _process.Dispose();
    }

    // Still as the user that has started the tool, such as root.
    private void OpenAsFirstUser()
    {
        if (_process.Options.PidFile is { } path)
        {
            _pidFile = PidFile.Acquire(path);
        }

        if (WorkerIdentity.Of(_process.Options) is not { } identity)
        {
            return;
        }

        if (Directory.Exists(_folder))
        {
            FolderOfPauses.Give(_folder, identity.Credentials.User, identity.Credentials.Group);
        }
        else
        {
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var made = OpenFolder.Open(_folder, follow: false);
            made.Give(identity.Credentials.User, identity.Credentials.Group);
        }
    }

    private void Begin()
    {
        _options.Folder = _folder; // the default of the first user, not of the one that the keeper has become
        _keeper = new ServiceKeeper(_options, new KeeperLoggers(_log)) { ReadDefinitions = ReadAgain };
        _keeper.Start();
    }

    private ServiceKeeperOptions ReadAgain()
    {
        ServiceKeeperOptions read;
        try
        {
            read = ServiceKeeperOptions.ReadFile(_file);
        }
        catch (ServiceDefinitionException e)
        {
            KeeperLog.NotReloaded(_log, string.Join(" | ", e.Mistakes));
            throw;
        }

        read.Folder = read.Folder is null && _options.Folder == _folder ? _folder : PathOf(read);
        return read;
    }

    private string PathOf(ServiceKeeperOptions options) => _folderGiven ?? KeeperFolder.PathOf(options);

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        _end.TrySetResult(context.Signal);
    }

    private void Reload(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            if (_keeper is { } keeper)
            {
                keeper.Reload(ReadAgain());
            }
        }
        catch (ProcManagerException)
        {
            // the log says it
        }
    }
}
