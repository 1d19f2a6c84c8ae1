using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Async;

/// <summary>A connection that is being served.</summary>
internal interface IServedConnection : IDisposable
{
    /// <summary>Since when the connection is kept without a byte of another request; null: it has a request, or has not had its first one.</summary>
    long? IdleSince { get; }

    /// <summary>The place reserved for the first request.</summary>
    Reservation? Place { get; set; }

    Task RunAsync();

    /// <summary>Closes the connection, unless something has come at this moment; that is answered first.</summary>
    void GiveUp();

    /// <summary>Ends every wait on the connection.</summary>
    void Close();

    /// <summary>The application has completed this request.</summary>
    ValueTask FinishAsync(Exchange exchange);

    /// <summary>No client waits for the answer to this request any more.</summary>
    bool IsLost(Exchange exchange);

    /// <summary>From now on the request is told when no client waits for its answer any more.</summary>
    void WatchForAbort();
}

/// <summary>What a connection needs of the engine.</summary>
internal interface IAsyncHost : IRequestHost
{
    FastCgiOptions Options { get; }

    /// <summary>Fires when the worker is to leave.</summary>
    CancellationToken Leaving { get; }

    /// <summary>One request a process: no other request comes on a connection behind those that are under way.</summary>
    bool IsInLastRequest { get; }

    /// <summary>One request a process: one request after the other, whatever <see cref="FastCgiOptions.Multiplex"/> is.</summary>
    bool IsOneAtATime { get; }

    /// <summary>A connection has become idle, or is gone: a worker that was full may have room again.</summary>
    void RoomMade();

    /// <summary>Hands a request to the application, as soon as there is a place for it.</summary>
    ValueTask GiveAsync(FastCgiRequest request);
}
