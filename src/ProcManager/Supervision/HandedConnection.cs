namespace ProcManager.Supervision;

/// <summary>An accepted connection on its way to a worker: its descriptor in the manager, and the listener that it came to.</summary>
internal sealed record HandedConnection(int Descriptor, string Listener)
{
    /// <summary>What the worker gets with the connection.</summary>
    internal ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>How many workers had it, or were to have it, and have ended or failed without having read it.</summary>
    internal int Tries { get; init; }

    /// <summary>The host has accepted the connection, and counts those that wait.</summary>
    internal bool IsDispatched { get; init; }
}
