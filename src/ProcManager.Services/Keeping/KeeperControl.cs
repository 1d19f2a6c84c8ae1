using System.Net.Sockets;
using System.Text.Json;
using ProcManager.Control;
using ProcManager.Listening;
using ProcManager.Services.Status;

namespace ProcManager.Services.Keeping;

/// <summary>The keeper's control socket, <c>keeper.sock</c> in its folder: the protocol of a manager's control socket, with commands about services.</summary>
internal sealed class KeeperControl(ServiceKeeper keeper, ControlConnection connection)
{
    private const int IdleMilliseconds = 60_000;

    private static readonly string[] Commands = ["status", "pause", "resume", "restart", "reload", "stop", "why", "log"];

    /// <summary>Null, and a line in the log: there can be none.</summary>
    internal static ControlServer? Open(ServiceKeeper keeper, KeeperRoom room)
    {
        string path = room.Folder.Socket;
        if (room.Folder.SocketMistake is { } mistake)
        {
            KeeperLog.NoControl(room.Log, $"{mistake}.");
            return null;
        }

        try
        {
            var listener = (UnixListener)UnixSockets.Bind("control", new UnixDomainSocketEndPoint(path), new ListenOptions { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            var server = new ControlServer(listener, client => new KeeperControl(keeper, client).Run(), "keeper", room.Log);
            return server.TryStart() ? server : null;
        }
        catch (ProcManagerException e)
        {
            KeeperLog.NoControl(room.Log, e.Message);
            return null;
        }
    }

    private void Run()
    {
        connection.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("procmanager"u8, Replies.Version);
            json.WriteString("library"u8, PoolControl.Library);
            json.WriteString("keeper"u8, keeper.Folder);
            json.WriteNumber("pid"u8, Environment.ProcessId);
            json.WriteString("started"u8, keeper.StartedAt);
            json.WriteEndObject();
        });
        while (!connection.IsGone)
        {
            if (connection.ReadLine(IdleMilliseconds, out bool tooLong) is not { } line)
            {
                if (tooLong)
                {
                    Refuse(null, $"A line has {ControlConnection.MaxLineBytes} bytes at most.");
                }

                return;
            }

            (ControlRequest? request, string? error) = ControlRequest.Read(line);
            if (request is null)
            {
                Refuse(null, error!);
            }
            else
            {
                TryObey(request);
            }
        }
    }

    // What a client has sent must not end its connection without an answer.
    private void TryObey(ControlRequest request)
    {
        try
        {
            Obey(request);
        }
        catch (Exception e) when (e is InvalidOperationException or ProcManagerException)
        {
            Refuse(request.Id, e.Message);
        }
    }

    private void Obey(ControlRequest request)
    {
        switch (request.Command)
        {
            case "status":
                Accept(request, WriteStatus);
                break;
            case "pause":
                keeper.Pause(Service(request));
                Accept(request);
                break;
            case "resume":
                keeper.Resume(Service(request));
                Accept(request);
                break;
            case "restart":
                keeper.Restart(Service(request));
                Accept(request);
                break;
            case "reload":
                ReloadAnswer answer = keeper.ReloadAndSay((keeper.ReadDefinitions ?? throw new ProcManagerException("The definitions of this keeper are in its program, and no file can be read again."))());
                Accept(request, json => WriteReload(json, answer));
                break;
            case "stop" when request.Text("service") is not null:
                keeper.Stop(Service(request));
                Accept(request);
                break;
            case "stop":
                Accept(request); // before the stop, which ends this connection
                _ = keeper.StopAsync();
                break;
            case "why":
                (ServiceStatus status, string output) = keeper.WhyAsync(Service(request)).GetAwaiter().GetResult();
                Accept(request, json => WriteWhy(json, status, output));
                break;
            case "log":
                string path = keeper.LogOf(Service(request));
                Accept(request, json => json.WriteStringValue(path));
                break;
            default:
                Refuse(request.Id, $"'{request.Command}' is no command of this version; there are: {string.Join(", ", Commands)}.");
                break;
        }
    }

    private void WriteStatus(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (ServiceStatus status in keeper.Status())
        {
            json.WriteStartObject();
            ServicesReport.Write(json, status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteReload(Utf8JsonWriter json, ReloadAnswer answer)
    {
        json.WriteStartObject();
        json.WriteNumber("added"u8, answer.Added);
        json.WriteNumber("changed"u8, answer.Changed);
        json.WriteNumber("gone"u8, answer.Gone);
        json.WriteStartArray("notes"u8);
        foreach (string note in answer.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteWhy(Utf8JsonWriter json, ServiceStatus status, string output)
    {
        json.WriteStartObject();
        ServicesReport.Write(json, status);
        json.WriteString("output"u8, output);
        json.WriteEndObject();
    }

    private static string Service(ControlRequest request) =>
        request.Text("service") is { Length: > 0 } name ? name : throw new InvalidOperationException($"{request.Command} needs service: the name of one.");

    private void Accept(ControlRequest request, Action<Utf8JsonWriter>? result = null) => connection.Write(json => Replies.Accept(json, request.Id, result));

    private void Refuse(long? id, string error) => connection.Write(json => Replies.Refuse(json, id, error));
}
