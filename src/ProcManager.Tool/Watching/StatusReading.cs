using System.Text;
using System.Text.Json;
using ProcManager.Diagnostics;

namespace ProcManager.Tool.Watching;

/// <summary>One worker in a sample. Its number is trusted only together with its start.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Pid">The process id, as the manager knows it.</param>
/// <param name="Started">When the worker was started, as the manager says it.</param>
/// <param name="RequestNumber">Of the request that is watched; 0: there is none.</param>
/// <param name="Request">What the request is.</param>
/// <param name="Client">The client's address.</param>
internal sealed record WorkerReading(int Slot, int Pid, string Started, ulong RequestNumber, string Request, string Client)
{
    /// <summary>The kernel's start time of the process; 0: it is on another machine, or it has ended.</summary>
    internal long StartTime { get; init; }

    internal bool IsSameProcess(WorkerReading other) => Slot == other.Slot && Pid == other.Pid && Started == other.Started;
}

/// <summary>A pool at one moment, which was not before <paramref name="NotBefore"/> and not after <paramref name="NotAfter"/> of this machine's monotonic clock.</summary>
internal sealed record StatusReading(string Program, int ManagerPid, bool MayKill, TimeSpan NotBefore, TimeSpan NotAfter, IReadOnlyList<WorkerReading> Workers)
{
    private const int RequestBytes = 64;
    private const int ClientBytes = 48;

    /// <summary>Reads status.json (docs/status.md). Throws JsonException, KeyNotFoundException, InvalidOperationException or FormatException for what is none.</summary>
    internal static StatusReading Of(JsonElement status, TimeSpan notBefore, TimeSpan notAfter) => new(
        Text(status.GetProperty("program"), RequestBytes),
        status.GetProperty("manager").GetProperty("pid").GetInt32(),
        MayKill: false,
        notBefore,
        notAfter,
        [.. status.GetProperty("workers").EnumerateArray().Select(Worker)]);

    private static WorkerReading Worker(JsonElement worker) => new(
        worker.GetProperty("slot").GetInt32(),
        worker.GetProperty("pid").GetInt32(),
        Text(worker.GetProperty("started"), RequestBytes),
        worker.GetProperty("requestNumber").GetUInt64(),
        Text(worker.GetProperty("request"), RequestBytes),
        Text(worker.GetProperty("client"), ClientBytes));

    // The text is a stranger's, and a status page of another machine may send anything: its first bytes, and nothing that steers a terminal.
    private static string Text(JsonElement value, int bytes)
    {
        string text = value.GetString() ?? "";
        if (Encoding.UTF8.GetByteCount(text) > bytes)
        {
            Encoding.UTF8.GetEncoder().Convert(text, new byte[bytes], flush: false, out int used, out _, out _);
            text = text[..used];
        }

        return Printable.Of(text);
    }
}
