using System.Text;
using ProcManager.Runtime;

namespace ProcManager.Services.Snapshots;

/// <summary>Collects the facts of one snapshot, on a thread that may be abandoned.</summary>
internal sealed class SnapshotFacts(SnapshotRequest request, string root, SnapshotStore store, TimeSpan until)
{
    private volatile SnapshotFolder? _folder;
    private volatile bool _isAbandoned;
    private volatile bool _isReleased;

    /// <summary>Null: nothing was written (yet).</summary>
    internal SnapshotFolder? Folder => _folder;

    /// <summary>What is being collected.</summary>
    internal string Part { get; private set; } = "the first file";

    /// <summary>Why the facts are incomplete; null: they are complete.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Why old snapshots could not be removed; null: they could.</summary>
    internal string? PruningProblem { get; private set; }

    private bool IsLate => _isAbandoned || Monotonic.Now >= until;

    /// <summary>The caller waits no longer: what is collected ends at its next step.</summary>
    internal void Abandon() => _isAbandoned = true;

    /// <summary>The snapshot is finished and may be removed when it is old.</summary>
    internal void Release()
    {
        _isReleased = true;
        if (_folder is { } folder)
        {
            store.End(folder.Key);
        }
    }

    /// <exception cref="ProcManagerException">The first file cannot be written.</exception>
    internal void Collect()
    {
        MakeRoom();
        SnapshotFolder folder = SnapshotFolder.Make(root, request.Service.Name, request.At, store.SizeOfOne);
        try
        {
            store.Begin(folder.Key);
            using FileStream summary = folder.Create(SnapshotFolder.Summary);
            _ = folder.Append(summary, MachineFacts.Summary(request));
            _folder = folder;
            Do("the end of the log", () => WriteIfAny(folder, "log.txt", LogTail.Of(request.LogFile)));
            Do("the process", () => WriteIfAny(folder, "process.txt", OwnProcessFacts.Of(request.Process)));
            Do("the holders of its sockets", () => WriteIfAny(folder, "sockets.txt", SocketFacts.Of(request.Service)));
            Do("messages of the kernel", () => WriteIfAny(folder, "kernel.txt", KernelFacts.Of(request.Process)));
            Do("users", () => WriteIfAny(folder, "users.txt", LoginFacts.Read()));
            Do("disks", () => _ = folder.Append(summary, DiskFacts.Of([root, request.LogFile ?? "/", request.Service.Start?.Directory ?? "/", "/", "/tmp", "/var"])));
            Do("processes", () => ProcessList.Write(folder, () => IsLate));
        }
        catch when (_folder is null)
        {
            folder.Remove();
            throw;
        }
        finally
        {
            if (_isReleased || _folder is null)
            {
                store.End(folder.Key);
            }
        }
    }

    private void MakeRoom()
    {
        try
        {
            store.MakeRoom();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProcManagerException)
        {
            PruningProblem = e.Message;
        }
    }

    /// <summary>A part that fails takes no other with it.</summary>
    private void Do(string part, Action write)
    {
        if (IsLate)
        {
            Problem ??= $"no time was left for {part}";
            return;
        }

        Part = part;

        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProcManagerException or FormatException or ArgumentException or OverflowException)
        {
            Problem ??= $"{part}: {e.Message}";
        }
    }

    private static void WriteIfAny(SnapshotFolder folder, string file, string text) => WriteIfAny(folder, file, Encoding.UTF8.GetBytes(text));

    private static void WriteIfAny(SnapshotFolder folder, string file, byte[] text)
    {
        if (text.Length > 0)
        {
            folder.Write(file, text);
        }
    }
}
