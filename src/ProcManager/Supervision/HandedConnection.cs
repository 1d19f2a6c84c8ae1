namespace ProcManager.Supervision;

/// <summary>An accepted connection on its way to a worker: its descriptor in the manager, and the listener that it came to.</summary>
internal sealed record HandedConnection(int Descriptor, string Listener)
{
    /// <summary>What the worker gets with the connection.</summary>
    internal ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The host has accepted the connection, and counts those that wait.</summary>
    internal bool IsDispatched { get; init; }
}
