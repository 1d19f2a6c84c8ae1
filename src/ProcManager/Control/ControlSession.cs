using System.Text.Json;

namespace ProcManager.Control;

/// <summary>Serves one client until it goes: one line is one command, and each command has a last line with <c>ok</c>.</summary>
internal sealed class ControlSession(ControlConnection connection, PoolControl pool)
{
    private const int IdleMilliseconds = 60_000;

    private static readonly string[] Commands = ["status", "peek", "reload", "stop", "scale", "recycle", "pause", "resume", "stacks", "log-level", "events"];

    internal void Run()
    {
        connection.Write(json => Replies.Greet(json, pool));
        while (!connection.IsGone)
        {
            if (connection.ReadLine(IdleMilliseconds, out bool tooLong) is not { } line)
            {
                if (tooLong)
                {
                    connection.Write(static json => Replies.Refuse(json, null, $"A line has {ControlConnection.MaxLineBytes} bytes at most."));
                }

                return;
            }

            (ControlRequest? request, string? error) = ControlRequest.Read(line);
            if (request is null)
            {
                connection.Write(json => Replies.Refuse(json, null, error!));
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
        catch (InvalidOperationException e)
        {
            Refuse(request, e.Message);
        }
    }

    private void Obey(ControlRequest request)
    {
        switch (request.Command)
        {
            case "status":
                Accept(request, request.Switch("text") ? pool.WriteStatusText : pool.WriteStatus);
                break;
            case "peek":
                string text = pool.Peek();
                Accept(request, json => json.WriteStringValue(text));
                break;
            case "stop":
                bool kill = request.Switch("kill");
                Accept(request); // before the stop, which may end this connection
                pool.Stop(kill);
                break;
            case "scale":
                Scale(request);
                break;
            case "recycle":
                Recycle(request);
                break;
            case "pause" or "resume":
                Answer(request, pool.Pause(request.Command == "pause"));
                break;
            case "stacks":
                Stacks(request);
                break;
            case "log-level":
                Answer(request, pool.SetLogLevel(request.Text("level")));
                break;
            case "reload":
                Reload(request);
                break;
            case "events":
                Follow(request);
                break;
            default:
                Refuse(request, $"'{request.Command}' is no command of this version; there are: {string.Join(", ", Commands)}.");
                break;
        }
    }

    private void Scale(ControlRequest request)
    {
        if (request.Number("count", 1, Limits.MaxProcessCount, out string? error) is { } count && (error = pool.Scale(count)) is null)
        {
            Accept(request);
        }
        else
        {
            Refuse(request, error!);
        }
    }

    private void Recycle(ControlRequest request)
    {
        if (request.Number("slot", 0, Limits.MaxSlots - 1, out string? error) is { } slot && (error = pool.Recycle(slot)) is null)
        {
            Accept(request);
        }
        else
        {
            Refuse(request, error!);
        }
    }

    private void Stacks(ControlRequest request)
    {
        if (request.Number("slot", 0, Limits.MaxSlots - 1, out string? error) is not { } slot)
        {
            Refuse(request, error!);
            return;
        }

        (string? text, error) = pool.Stacks(slot, connection.CheckIsGone);
        if (text is not null)
        {
            Accept(request, json => json.WriteStringValue(text));
        }
        else
        {
            Refuse(request, error!);
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="error">Null: it is done.</param>
    private void Answer(ControlRequest request, string? error)
    {
        if (error is null)
        {
            Accept(request);
        }
        else
        {
            Refuse(request, error);
        }
    }

    private void Reload(ControlRequest request)
    {
        if (!request.Switch("wait", unlessGiven: true))
        {
            pool.ReloadWithoutWaiting();
            Accept(request);
            return;
        }

        (PoolEvent? outcome, string? error) = pool.Reload(happened => connection.Write(json => Replies.Tell(json, request.Id, happened, 0)), connection.CheckIsGone);
        if (outcome is null)
        {
            Refuse(request, error!);
        }
        else if (outcome.Outcome == nameof(ReloadOutcome.Succeeded))
        {
            Accept(request, outcome.Write);
        }
        else
        {
            Refuse(request, outcome.Reason ?? "The pool was told to stop while the reload was under way.");
        }
    }

    private void Follow(ControlRequest request)
    {
        using EventHub.Follower follower = pool.Events.Follow();
        Accept(request);
        while (!connection.CheckIsGone())
        {
            if (follower.Take(TimeSpan.FromSeconds(1), out int lost) is { } happened)
            {
                connection.Write(json => Replies.Tell(json, request.Id, happened, lost));
            }
        }
    }

    private void Accept(ControlRequest request, Action<Utf8JsonWriter>? result = null) => connection.Write(json => Replies.Accept(json, request.Id, result));

    private void Refuse(ControlRequest request, string error) => connection.Write(json => Replies.Refuse(json, request.Id, error));
}
