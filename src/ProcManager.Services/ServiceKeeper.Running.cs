using ProcManager.Control;
using ProcManager.Posix;
using ProcManager.Services.Keeping;
using ProcManager.Services.Notification;
using ProcManager.Services.Status;
using ProcManager.Status;

namespace ProcManager.Services;

/// <content>What there is while the keeper runs.</content>
public sealed partial class ServiceKeeper
{
    /// <summary>The keeper's lock, thread and files; from the start to the end of the loop.</summary>
    private sealed class Running : IDisposable
    {
        private static readonly TimeSpan NoticePatience = TimeSpan.FromSeconds(10);

        private readonly ServiceKeeper _door;
        private readonly KeeperLock _lock;
        private readonly CancellationTokenSource _ending = new();
        private readonly bool _isOnce;
        private readonly StatusServer? _status;
        private readonly TaskCompletionSource _loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasEndedNotices;
        private string? _snapshots;
        private volatile ControlServer? _control;

        internal Running(ServiceKeeper door, ServiceKeeperOptions options, bool isOnce)
        {
            (_door, _isOnce) = (door, isOnce);
            KeeperParts parts = door._parts;
            var folder = KeeperFolder.Prepare(door.Folder);
            _lock = KeeperLock.Take(folder);
            try
            {
                Loop = new KeeperLoop(e => KeeperLog.StepFailed(parts.Log, e));
                Keeper? keeper = null;
                Room = new KeeperRoom
                {
                    Folder = folder,
                    Loop = Loop,
                    Output = new OutputReader(e => KeeperLog.StepFailed(parts.Log, e)),
                    Notices = new NotificationQueue(parts.Log),
                    Parts = parts,
                    Rounds = new CheckRounds(Loop, (service, happened) => keeper!.Happened(service, happened), _ending.Token),
                    Boot = ProcFs.BootId(),
                };
                keeper = new Keeper(Room, isOnce);
                Keeper = keeper;
                SetSnapshots(options);
                if (!isOnce)
                {
                    LastStatus.Forget(folder);
                }

                _status = isOnce ? null : KeeperStatusPage.Bind(door, options.Status, parts.Log);
            }
            catch
            {
                _lock.Dispose();
                throw;
            }
        }

        /// <summary>No order is done any more; notices may still be told.</summary>
        internal Task LoopEnded => _loopEnded.Task;

        internal KeeperLoop Loop { get; }

        internal KeeperRoom Room { get; }

        internal Keeper Keeper { get; }

        /// <summary>Comes back when the services are known. Throws what has kept the keeper from that.</summary>
        internal void Start(ServiceKeeperOptions options, Action ended)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() => Run(options, started, ended)) { IsBackground = true, Name = "procmanager keeper" }.Start();
            started.Task.GetAwaiter().GetResult();
            if (_isOnce)
            {
                return;
            }

            _control = KeeperControl.Open(_door, Room);
            _ = _status?.TryStart();
            if (_door.Completion.IsCompleted)
            {
                _control?.Dispose(); // it was stopped meanwhile
                _status?.Dispose();
            }
        }

        internal ReloadAnswer Reload(ServiceKeeperOptions options)
        {
            Keeper.ThrowIfKindChanges(options);
            SetSnapshots(options);
            ReloadAnswer answer = Keeper.Take(options);
            KeeperLog.Reloaded(Room.Log, answer.Added, answer.Changed, answer.Gone);
            string[] late = [.. FixedOptions.Changed(_door._options.Status, options.Status, options.IsOfFile)];
            Array.ForEach(late, o => KeeperLog.TakesAStart(Room.Log, o));
            return answer with { Notes = [.. answer.Notes, .. late.Select(static o => $"{o} has changed; that takes effect when the keeper is started anew")] };
        }

        private void SetSnapshots(ServiceKeeperOptions options)
        {
            string snapshots = DefinitionText.Of(options.Snapshots);
            if (snapshots == _snapshots)
            {
                return; // a snapshot may be under way
            }

            _snapshots = snapshots;
            Room.Snapshots?.Dispose();
            Room.Snapshots = options.Snapshots.Enabled
                ? new SnapshotQueue(Room.Parts.Snapshots(options.Snapshots, options.Snapshots.Folder ?? Room.Folder.Snapshots), options.Snapshots.Timeout, Room.Log, _ending.Token)
                : null;
        }

        private void Run(ServiceKeeperOptions options, TaskCompletionSource started, Action ended)
        {
            try
            {
                KeeperLog.Keeping(Room.Log, options.Services.Count, Room.Folder.Path);
                Keeper.Take(options);
                started.SetResult();
                Loop.Run(Keeper.Wake, () => Keeper.IsOver);
            }
            catch (Exception e)
            {
                // An exception that leaves this thread would end the host.
                if (!started.Task.IsCompleted)
                {
                    Dispose();
                    started.SetException(e);
                    return;
                }

                _door.Failure = e;
                KeeperLog.Failed(Room.Log, e);
            }

            _ = _loopEnded.TrySetResult();
            EndNotices(); // before the socket: an operator who asks meanwhile gets an answer
            _control?.Dispose();
            _status?.Dispose();
            WriteStatus();
            Dispose();
            KeeperLog.Stopped(Room.Log);
            ended();
        }

        private void WriteStatus()
        {
            try
            {
                LastStatus.Write(Room.Folder, _isOnce, _door.Status());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                KeeperLog.StatusNotWritten(Room.Log, e.Message);
                LastStatus.RemoveHalf(Room.Folder);
            }
        }

        private void EndNotices()
        {
            if (!_hasEndedNotices)
            {
                _hasEndedNotices = true;
                _ending.Cancel(); // a notice may wait for its snapshot
                Room.Notices.EndAsync(NoticePatience).GetAwaiter().GetResult();
            }
        }

        public void Dispose()
        {
            _ending.Cancel();
            Keeper.Close();
            EndNotices();
            Room.Notices.Dispose();
            Room.Output.Dispose();
            Room.Rounds.Dispose();
            Room.Snapshots?.Dispose();
            Loop.Dispose();
            _lock.Dispose();
            _ending.Dispose();
        }
    }
}
