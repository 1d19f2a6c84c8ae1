using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ProcManager.Posix;

namespace ProcManager.Tool.Pools;

/// <summary>A connection to a manager's control socket, see docs/control.md.</summary>
internal sealed class ManagerClient : IDisposable
{
    internal const int AnswerMilliseconds = 3000;

    private readonly Socket _socket;
    private readonly StreamReader _lines;

    private readonly Peer _peer;

    private ManagerClient(string path, Socket socket, Peer peer)
    {
        Path = path;
        _peer = peer;
        _socket = socket;
        _lines = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
        ProcessId = LocalSockets.PeerPid((int)socket.Handle);
    }

    internal string Path { get; }

    internal string Program { get; private set; } = "";

    /// <summary>The manager's pid as the kernel tells it here; 0: it is in a pid namespace that cannot be seen from here.</summary>
    internal int ProcessId { get; }

    /// <summary>For people: <c>shop (pid 4711)</c>.</summary>
    internal string Name => ProcessId > 0 ? $"{Program} (pid {ProcessId})" : $"{Program} (pid not visible here)";

    /// <summary>What the pids in the manager's answers mean, when that is not what they mean here; null: the same.</summary>
    internal string? ForeignPids { get; private set; }

    /// <summary>The manager's process ids mean the same here as there: it is in no other pid namespace.</summary>
    internal bool SharesPids => ForeignPids is null;

    /// <summary>Connects and reads the greeting.</summary>
    /// <exception cref="ToolException">No manager is there, or it does not answer.</exception>
    internal static ManagerClient Connect(string path, int milliseconds = AnswerMilliseconds)
    {
        return Connect(path, milliseconds, Peer.Manager);
    }

    /// <summary>The same to a service keeper; <see cref="Program"/> is its folder.</summary>
    /// <exception cref="ToolException">No keeper is there, or it does not answer.</exception>
    internal static ManagerClient ConnectToKeeper(string path, int milliseconds = AnswerMilliseconds) => Connect(path, milliseconds, Peer.Keeper);

    private static ManagerClient Connect(string path, int milliseconds, Peer peer)
    {
        var client = new ManagerClient(path, ControlConnect.Open(path, milliseconds, peer.Word), peer);
        try
        {
            client.Greet(milliseconds);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and gives back the last line of the answer; the lines before it go to <paramref name="progress"/>.</summary>
    /// <exception cref="ToolException">The manager refuses, or does not answer.</exception>
    internal JsonElement Ask(string command, Action<JsonElement>? progress = null, bool takesLong = false)
    {
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(command + "\n"));
        }
        catch (SocketException e)
        {
            throw e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset ? Closed() : ToolException.CouldNotAsk($"the connection to the {_peer.Word} at {Path} is lost: {e.Message}");
        }

        while (true)
        {
            JsonElement line = Read(takesLong ? 0 : AnswerMilliseconds);
            if (line.TryGetProperty("ok", out JsonElement ok))
            {
                return ok.GetBoolean() ? line : throw ToolException.Refused(line.GetProperty("error").GetString()!);
            }

            progress?.Invoke(line.GetProperty("progress"));
        }
    }

    /// <summary>Events, after <c>events</c> was asked for, and how many were dropped before each; ends when the manager does, or by <see cref="End"/>.</summary>
    internal IEnumerable<(JsonElement Event, int Lost)> Events()
    {
        _socket.ReceiveTimeout = 0;
        while (_lines.ReadLine() is { } text)
        {
            JsonElement line = Parse(text);
            yield return (line.GetProperty("progress"), line.TryGetProperty("lost", out JsonElement lost) ? lost.GetInt32() : 0);
        }
    }

    /// <summary>From another thread: the next read finds the end.</summary>
    internal void End()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // it has ended already
        }
    }

    /// <summary>Waits until the manager has closed the connection.</summary>
    internal void WaitForEnd()
    {
        _socket.ReceiveTimeout = 0;
        try
        {
            while (_lines.ReadLine() is not null)
            {
            }
        }
        catch (IOException)
        {
            // closed by force
        }
    }

    public void Dispose() => _lines.Dispose();

    private void Greet(int milliseconds)
    {
        JsonElement greeting = Read(milliseconds);
        if (greeting.TryGetProperty("error", out JsonElement error))
        {
            throw ToolException.CouldNotAsk($"{Path}: {error}");
        }

        int version = Greeting.Number(greeting, "procmanager") ?? throw NoManager($"what it has sent is no greeting of a {_peer.Word}");
        if (version != Control.Replies.Version)
        {
            throw ToolException.CouldNotAsk($"the {_peer.Word} at {Path} speaks version {version} of the protocol, this tool version {Control.Replies.Version}. Install the tool of the program's version.");
        }

        Program = Greeting.Text(greeting, _peer.NameField) ?? throw NoManager("its greeting does not name what it is");
        ForeignPids = Greeting.ForeignPids(Program, Greeting.Number(greeting, "pid"), ProcessId);
    }

    private JsonElement Read(int milliseconds)
    {
        _socket.ReceiveTimeout = milliseconds;
        try
        {
            return Parse(_lines.ReadLine() ?? throw Closed());
        }
        catch (IOException e)
        {
            throw e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset } ? Closed() : e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }
                ? ToolException.Silent($"the {_peer.Word} {(_peer == Peer.Manager && SilentManager.NameOf(ProcessId) is { } name ? $"of {name} (pid {ProcessId})" : $"at {Path}")} does not answer within {milliseconds / 1000} s.", ProcessId)
                : ToolException.CouldNotAsk($"the connection to the {_peer.Word} at {Path} is lost: {e.Message}");
        }
    }

    private ToolException Closed() => ToolException.CouldNotAsk(_peer == Peer.Keeper
        ? $"the keeper of {System.IO.Path.GetDirectoryName(Path)} was stopped meanwhile, and has closed its connection."
        : $"the {_peer.Word} at {Path} has closed the connection.");

    private JsonElement Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line).RootElement is { ValueKind: JsonValueKind.Object } root ? root : throw NoManager("it has sent no JSON object");
        }
        catch (JsonException)
        {
            throw NoManager("it has sent no JSON");
        }
    }

    private ToolException NoManager(string reason) => ToolException.CouldNotAsk($"what listens at {Path} is no {_peer.Word} of ProcManager: {reason}.");

    /// <param name="Word">What listens, in words.</param>
    /// <param name="NameField">Where its greeting names it.</param>
    private sealed record Peer(string Word, string NameField)
    {
        internal static Peer Manager { get; } = new("manager", "program");

        internal static Peer Keeper { get; } = new("keeper", "keeper");
    }
}
