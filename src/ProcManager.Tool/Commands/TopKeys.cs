using System.Globalization;
using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>What the keys of <c>top</c> do.</summary>
internal sealed class TopKeys(ManagerClient client, TopScreen screen)
{
    /// <summary>The manager takes a wish a moment later: so often it may tell the number of before.</summary>
    private const int StaleReads = 2;

    /// <summary>What the presses so far add up to, until the manager tells it.</summary>
    private int? _wanted;
    private int _reads;

    /// <summary>A new status is on the screen.</summary>
    internal void StatusRead()
    {
        if (screen.Target == _wanted || ++_reads > StaleReads)
        {
            _wanted = null; // from here on the number may be another person's
        }
    }

    /// <summary>False: to quit.</summary>
    internal bool Obey(char key)
    {
        if (screen.Page is not null)
        {
            screen.Page = null;
            return true;
        }

        switch (char.ToLowerInvariant(key))
        {
            case 'q':
                return false;
            case 'r':
                screen.Message = Try("""{"command":"reload","wait":false}""", "a reload was asked for");
                break;
            case '+':
                Scale(1);
                break;
            case '-':
                Scale(-1);
                break;
            case 's':
                screen.SortByNext();
                break;
            case 'c' when screen.FirstSlot is { } slot:
                screen.Message = Try(string.Create(CultureInfo.InvariantCulture, $$"""{"command":"recycle","slot":{{slot}}}"""), $"the worker in slot {slot} leaves when its replacement is ready");
                break;
            case 't' when screen.FirstSlot is { } slot:
                ShowStacks(slot);
                break;
            case 'p':
                bool pause = !screen.IsPaused;
                screen.Message = Try(pause ? """{"command":"pause"}""" : """{"command":"resume"}""", pause ? "paused: new connections wait in the queue" : "resumed");
                break;
        }

        return true;
    }

    private void ShowStacks(int slot)
    {
        screen.Message = Try(string.Create(CultureInfo.InvariantCulture, $$"""{"command":"stacks","slot":{{slot}}}"""), "", answer => screen.Page = answer.GetProperty("result").GetString());
    }

    private void Scale(int step)
    {
        if (screen.Target is not { } target)
        {
            return;
        }

        if (screen.Sizing != nameof(PoolSizing.Static))
        {
            screen.Message = $"the pool is {screen.Sizing}: it finds its number of workers by itself; 'procman scale' sets the maximum";
            return;
        }

        int before = _wanted ?? target;
        int wanted = before + step;
        if (wanted is < 1 or > Limits.MaxProcessCount)
        {
            screen.Message = $"{Wanted(before)}; allowed: 1 to {Limits.MaxProcessCount}";
            return;
        }

        (_wanted, _reads) = (wanted, 0);
        screen.Message = Try(string.Create(CultureInfo.InvariantCulture, $$"""{"command":"scale","count":{{wanted}}}"""), Wanted(wanted));
    }

    private static string Wanted(int count) => $"{count} {Words.Of(count, "worker")} {Words.Are(count)} wanted";

    private string Try(string command, string done, Action<JsonElement>? show = null)
    {
        try
        {
            JsonElement answer = client.Ask(command, takesLong: show is not null);
            show?.Invoke(answer);
            return done;
        }
        catch (ToolException e) when (e.ExitCode == ExitCodes.Failed)
        {
            _wanted = null;
            return e.Message;
        }
    }
}
