using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ProcManager.Tool.Pools;

/// <summary>A connection to a manager's control socket, see docs/control.md.</summary>
internal sealed class ManagerClient : IDisposable
{
    private const int AnswerMilliseconds = 3000;

    private readonly Socket _socket;
    private readonly StreamReader _lines;

    private ManagerClient(string path, Socket socket)
    {
        Path = path;
        _socket = socket;
        _lines = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
    }

    internal string Path { get; }

    internal string Program { get; private set; } = "";

    internal int ProcessId { get; private set; }

    internal DateTimeOffset Started { get; private set; }

    /// <summary>The manager's process ids mean the same here as there: it is in no other pid namespace.</summary>
    internal bool SharesPids => Posix.LocalSockets.PeerPid((int)_socket.SafeHandle.DangerousGetHandle()) == ProcessId;

    /// <summary>Connects and reads the greeting.</summary>
    /// <exception cref="ToolException">No manager is there, or it does not answer.</exception>
    internal static ManagerClient Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = AnswerMilliseconds }; // connect waits as long as send may, when the queue of a stopped manager is full
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw ToolException.CouldNotAsk($"no manager can be reached at {path}: {e.Message}. See 'procman list' for the pools that there are.");
        }

        var client = new ManagerClient(path, socket);
        try
        {
            client.Greet();
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
            throw ToolException.CouldNotAsk($"the connection to the manager at {Path} is lost: {e.Message}");
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

    /// <summary>Events, after <c>events</c> was asked for; ends when the manager does.</summary>
    internal IEnumerable<JsonElement> Events()
    {
        _socket.ReceiveTimeout = 0;
        while (_lines.ReadLine() is { } line)
        {
            yield return Parse(line).GetProperty("progress");
        }
    }

    public void Dispose() => _lines.Dispose();

    private void Greet()
    {
        JsonElement greeting = Read(AnswerMilliseconds);
        if (greeting.TryGetProperty("error", out JsonElement error))
        {
            throw ToolException.CouldNotAsk($"{Path}: {error.GetString()}");
        }

        int version = greeting.GetProperty("procmanager").GetInt32();
        if (version != Control.Replies.Version)
        {
            throw ToolException.CouldNotAsk($"the manager at {Path} speaks version {version} of the protocol, this tool version {Control.Replies.Version}. Install the tool of the program's version.");
        }

        Program = greeting.GetProperty("program").GetString()!;
        ProcessId = greeting.GetProperty("pid").GetInt32();
        Started = greeting.GetProperty("started").GetDateTimeOffset();
    }

    private JsonElement Read(int milliseconds)
    {
        _socket.ReceiveTimeout = milliseconds;
        try
        {
            return Parse(_lines.ReadLine() ?? throw ToolException.CouldNotAsk($"the manager at {Path} has closed the connection."));
        }
        catch (IOException e)
        {
            throw ToolException.CouldNotAsk(e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }
                ? $"the manager at {Path} does not answer within {milliseconds / 1000} s."
                : $"the connection to the manager at {Path} is lost: {e.Message}");
        }
    }

    private JsonElement Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line).RootElement;
        }
        catch (JsonException)
        {
            throw ToolException.CouldNotAsk($"what listens at {Path} is no manager of ProcManager: it has sent no JSON.");
        }
    }
}
