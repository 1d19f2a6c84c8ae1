using Microsoft.Extensions.Logging;
using ProcManager.Services.Notification;

namespace ProcManager.Services.Keeping;

/// <summary>What the keeper and the hands of its services share.</summary>
internal sealed class KeeperRoom
{
    internal required KeeperFolder Folder { get; init; }

    internal required KeeperLoop Loop { get; init; }

    internal required OutputReader Output { get; init; }

    internal required NotificationQueue Notices { get; init; }

    internal required KeeperParts Parts { get; init; }

    /// <summary>Null: none is taken.</summary>
    internal SnapshotQueue? Snapshots { get; set; }

    internal required CheckRounds Rounds { get; init; }

    /// <summary>The boot that the machine is in.</summary>
    internal required string Boot { get; init; }

    internal ILogger Log => Parts.Log;
}
