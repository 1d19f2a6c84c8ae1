using System.Net;
using System.Net.Sockets;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Listening;
using ProcManager.Logging;
using ProcManager.Output;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;
using ProcManager.Systemd;

namespace ProcManager;

/// <content>The restart of the manager in place. Manager process.</content>
public partial class ProcessManager
{
    private static readonly TimeSpan LastTimeBeforeRestart = TimeSpan.FromSeconds(1);

    private IReadOnlyList<string> _listenersLeft = [];
    private readonly List<ManagerState.SocketLeft> _ownListeners = []; // of the status page and the control socket
    private readonly ManagerState? _before; // what the manager before has left, or in a trial what it has now

    /// <summary>
    /// The manager becomes the program that is on disk now, as USR2 does: same process id, same listeners, same workers, which serve on. The new program is tried first, in a process of its own that runs up to <see cref="Manage()"/>; when it
    /// cannot start, the manager goes on as it is, and the log says why. Workers keep their program until the next reload. Comes back at once. Manager process, from any thread.
    /// </summary>
    /// <remarks>In the new program <see cref="Started"/> is raised again, <see cref="PoolReady"/> is not.</remarks>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public void RestartInPlace() => Post(new ManagerEvent.RestartRequested());

    // This program is tried for a restart in place: it could manage, so it says so and ends.
    private void EndTrial(LaunchRecord trial)
    {
        ProcessManagerOptions options = Options.Copy();
        ThrowIfNotUsable(options);
        string here = StartDirectory.Logical();
        ThrowIfNoFolder(StartDirectory.Join(here, options.WorkingDirectory));
        FindIdentity(options);
        if (_before is { } before && (before.Sizing == nameof(PoolSizing.PerRequest)) != (options.Sizing == PoolSizing.PerRequest))
        {
            throw new ProcManagerException($"{ProcessManagerOptions.SectionName}:{nameof(options.Sizing)} is {options.Sizing}, and {before.Sizing} in the manager that runs: its workers get their connections in another way. Stop the program and start it again.");
        }

        TryFiles(options, here);
        _listeners.EndTrial();
        Descriptors.WriteAll(trial.Trial, System.Text.Encoding.UTF8.GetBytes(NewProgram.Word));
        EndProcess(0);
    }

    // What the manager has open already is not tried.
    private void TryFiles(ProcessManagerOptions options, string here)
    {
        if (options.LogFile is not null)
        {
            LogFile.Try(StartDirectory.Join(here, options.LogFile)!);
        }

        if (options.PidFile is { } pidFile && Path.GetFullPath(pidFile) != _before?.PidFile)
        {
            _ = PidFile.Acquire(pidFile).Release();
        }

        // A control socket that cannot be made is no reason to end a pool.
        if (StatusEndPoint(options.Status) is { } status && _before?.Sockets.Any(s => s.Name == "status" && s.Address == $"{status}") != true)
        {
            Binder.Bind("status", status, new ListenOptions()).Dispose();
        }
    }

    private NewProgram NewProgramOf(WorkingDirectory directory, SideProcesses side, PidFile? pidFile) => new(
        _self!,
        _listeners.ToHandOver,
        () => (_listeners.BoundElsewhere, _listeners.Files, new ManagerState { Sizing = $"{_inUse!.Sizing}", PidFile = pidFile?.Path, Sockets = [.. _ownListeners.Select(static s => s with { Descriptor = -1 })] }),
        directory,
        side);

    private static void TellService(ServiceState? service, ManagerState? before)
    {
        if (before is { ReadyAnnounced: true })
        {
            service?.Ready();
        }
        else
        {
            service?.Starting();
        }
    }

    private ManagerState? ReadBefore() => _launch is { State: >= 0 and var file } ? Successor.Read(file) : null;

    private void WarnOfListenersLeft()
    {
        _listenersLeft = _listeners.CloseLeft();
        foreach (string name in _listenersLeft)
        {
            RestartLog.ListenerLeft(_log, name);
        }
    }

    // A status page or a control socket that the new options do not have, or have elsewhere: its clients are refused from now on.
    private void CloseOwnLeft()
    {
        foreach (ManagerState.SocketLeft left in _before?.Sockets.Where(s => !_ownListeners.Any(o => o.Descriptor == s.Descriptor)) ?? [])
        {
            if (left.Inode == 0)
            {
                Descriptors.Close(left.Descriptor);
            }
            else
            {
                UnixSockets.TakeOver(left.Name, new UnixDomainSocketEndPoint(left.Address), new ListenOptions(), left.Descriptor, new SocketFile(left.Name, left.Major, left.Minor, left.Inode)).Dispose();
            }
        }
    }

    // Workers of the manager before: still this process's children.
    private void TakeOverWorkers(ManagerState before, WorkerTable workers, Inbox inbox)
    {
        foreach (ManagerState.WorkerLeft left in before.Workers)
        {
            workers.TakeOver(new WorkerHandle(left.Slot, left.Generation, left.Pid, Children.OpenPidFd(left.Pid), left.Lifeline, left.StartedAt)
            {
                StartTime = DiagnosticsLitter.StartTime(left.Pid),
                Channels = [.. left.Channels.Select(static c => new WorkerChannel(c.Listener, c.Ours, c.Theirs))],
            });
        }

        foreach (int child in before.Children)
        {
            inbox.Post(new ManagerEvent.Adopted(child, Reaps: true, ProcFs.StartTime(child)));
        }

        _levelOfOperator = before.LogLevel ?? NoLevel;
        _board!.TakeOver(before.IsPaused, before.LogLevel);
        RestartLog.GoesOn(_log, before.Workers.Length, before.Library);
    }

    private void TakeOverOutputs(WorkerOutput? output)
    {
        foreach (ManagerState.OutputLeft left in _before?.Outputs ?? [])
        {
            output?.TakeOver(left.Descriptor, new OutputSource(left.Slot, left.IsError) { Pid = left.Pid }, left.Unfinished);
        }
    }

    // On the manager's loop, at the end of a turn. Does not come back, unless it fails: then with the reason, and nothing has changed. Null: something has happened meanwhile, which comes first.
    private string? Replace(PoolState pool, WorkerTable workers, SideProcesses side, WorkerOutput? output, PidFile? pidFile, string startedIn, ServiceState? service)
    {
        string? directory = null;
        bool isPaused = false;
        try
        {
            directory = Environment.CurrentDirectory;
            isPaused = true;
            ManagerState state = StateFor(pool, workers) with
            {
                Outputs = output is null ? [] : [.. output.Pause(LastTimeBeforeRestart).Select(static o => new ManagerState.OutputLeft(o.Descriptor, o.Source.Slot, o.Source.Pid, o.Source.IsError, o.Unfinished))],
                Children = [.. side.All.Select(static p => p.Pid)],
                LinesLost = output?.Unwritten ?? 0,
                PidFile = pidFile?.Path,
            };
            if (_inbox!.IsEmpty)
            {
                RestartLog.TakesOver(_log, _self!.Path);
                _words.Flush(LastTimeBeforeRestart);
                StartDirectory.Return(startedIn);
            }

            if (!_dispatching.TryClose(_inbox)) // what the host gives the manager from here on would be lost
            {
                Undo();
                return null;
            }

            service?.Reloading(pool.Generation);
            Successor.Become(_self!, state, new LaunchRecord(Environment.ProcessId, -1, 0, false, -1, _board!.Memory.Fd, _listeners.ToHandOver)
            {
                Library = LaunchRecord.OwnLibrary,
                PassedOn = _listeners.BoundElsewhere,
                Files = _listeners.Files,
                PidFile = pidFile?.Descriptor ?? -1,
            });
            return "";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Undo();
            service?.Ready($"the restart in place has failed: {e.Message}");
            return e.Message;
        }

        void Undo()
        {
            _dispatching.Open();
            StartDirectory.Return(directory ?? startedIn);
            if (isPaused)
            {
                output?.Resume();
            }
        }
    }

    private ManagerState StateFor(PoolState pool, WorkerTable workers) => ManagerStates.Of(pool, workers.Find) with
    {
        Sockets = [.. _ownListeners.Select(Now)],
        LogLevel = _levelOfOperator is var level and not NoLevel ? level : null,
    };

    // A file that was bound again since has another identity.
    private ManagerState.SocketLeft Now(ManagerState.SocketLeft own) => _ownSockets.FirstOrDefault(s => s.Listener.Name == own.Name).Listener?.AsSocketFile is { } file
        ? own with { Major = file.Major, Minor = file.Minor, Inode = file.Inode }
        : own;

    /// <summary>A listening socket of the manager's own: the one of the manager before, when its address is the same.</summary>
    private Socket BindOwn(string name, EndPoint endPoint, ListenOptions options)
    {
        string address = $"{endPoint}";
        Socket? socket = null;
        if (_before?.Sockets.FirstOrDefault(s => s.Name == name) is { } left)
        {
            if (left.Address == address)
            {
                socket = endPoint is UnixDomainSocketEndPoint unix ? UnixSockets.TakeOver(name, unix, options, left.Descriptor, new SocketFile(name, left.Major, left.Minor, left.Inode)) : Binder.Adopt(left.Descriptor);
            }
        }

        socket ??= Binder.Bind(name, endPoint, options);
        SocketFile file = (socket as UnixListener)?.AsSocketFile ?? default;
        _ownListeners.Add(new ManagerState.SocketLeft(name, (int)socket.Handle, address, file.Major, file.Minor, file.Inode));
        return socket;
    }
}
