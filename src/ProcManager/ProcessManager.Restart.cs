using System.Net;
using System.Net.Sockets;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Listening;
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

    private readonly List<ManagerState.SocketLeft> _ownListeners = []; // of the status page and the control socket
    private ManagerState? _before; // what the manager before has left

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
        ThrowIfNoFolder(StartDirectory.Join(StartDirectory.Logical(), options.WorkingDirectory));
        _listeners.EndTrial();
        Descriptors.WriteAll(trial.Trial, System.Text.Encoding.UTF8.GetBytes(NewProgram.Word));
        EndProcess(0);
    }

    private NewProgram NewProgramOf(WorkingDirectory directory, SideProcesses side) =>
        new(_self!, _listeners.ToHandOver, () => (_listeners.BoundElsewhere, _listeners.Files), directory, side);

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

    private ManagerState? ReadBefore() => _before = _launch is { State: >= 0 and var file } ? Successor.Read(file) : null;

    private void WarnOfListenersLeft()
    {
        foreach (string name in _listeners.CloseLeft())
        {
            RestartLog.ListenerLeft(_log, name);
        }
    }

    // Workers of the manager before: still this process's children.
    private void TakeOverWorkers(ManagerState before, WorkerTable workers, Inbox inbox)
    {
        foreach (ManagerState.WorkerLeft left in before.Workers)
        {
            workers.TakeOver(new WorkerHandle(left.Slot, left.Generation, left.Pid, Children.OpenPidFd(left.Pid), left.Lifeline, left.StartedAt) { StartTime = DiagnosticsLitter.StartTime(left.Pid) });
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

    // On the manager's loop, at the end of a turn. Does not come back, unless it fails; then the reason comes back and nothing has changed.
    private string Replace(PoolState pool, WorkerTable workers, SideProcesses side, WorkerOutput? output, PidFile? pidFile, string startedIn, ServiceState? service)
    {
        RestartLog.TakesOver(_log, _self!.Path);
        service?.Reloading(pool.Generation);
        string directory = Environment.CurrentDirectory;
        try
        {
            ManagerState state = ManagerStates.Of(pool, slot => workers.Find(slot) is { } worker ? (worker.Pid, worker.Lifeline) : null) with
            {
                Outputs = output is null ? [] : [.. output.Pause(LastTimeBeforeRestart).Select(static o => new ManagerState.OutputLeft(o.Descriptor, o.Source.Slot, o.Source.Pid, o.Source.IsError, o.Unfinished))],
                Sockets = [.. _ownListeners.Select(Now)],
                Children = [.. side.All.Select(static p => p.Pid)],
                LogLevel = _levelOfOperator is var level and not NoLevel ? level : null,
            };
            _words.Flush(LastTimeBeforeRestart);
            StartDirectory.Return(startedIn);
            Successor.Become(_self, state, new LaunchRecord(Environment.ProcessId, -1, 0, false, -1, _board!.Memory.Fd, _listeners.ToHandOver)
            {
                Library = LaunchRecord.OwnLibrary,
                PassedOn = _listeners.BoundElsewhere,
                Files = _listeners.Files,
                PidFile = pidFile?.Descriptor ?? -1,
            });
            return "";
        }
        catch (Exception e) when (e is PosixException or IOException)
        {
            StartDirectory.Return(directory);
            output?.Resume();
            service?.Ready($"the restart in place has failed: {e.Message}");
            return e.Message;
        }
    }

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
            else
            {
                Descriptors.Close(left.Descriptor);
            }
        }

        socket ??= Binder.Bind(name, endPoint, options);
        SocketFile file = (socket as UnixListener)?.AsSocketFile ?? default;
        _ownListeners.Add(new ManagerState.SocketLeft(name, (int)socket.Handle, address, file.Major, file.Minor, file.Inode));
        return socket;
    }
}
