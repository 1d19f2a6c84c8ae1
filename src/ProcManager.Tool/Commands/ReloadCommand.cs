using System.Text.Json;
using ProcManager.Tool.Pools;
using Spectre.Console;

namespace ProcManager.Tool.Commands;

/// <summary>Reloads a pool and waits: 0 when all workers were replaced, 1 with the reason when the reload failed and the old workers go on.</summary>
internal static class ReloadCommand
{
    internal static int Run(PoolTarget target, bool wait, bool json)
    {
        using ManagerClient client = PoolFinder.Find(target);
        if (!wait)
        {
            string answer = client.Ask("""{"command":"reload","wait":false}""").GetRawText();
            Console.WriteLine(json ? answer : $"{client.Name} reloads.");
            return ExitCodes.Done;
        }

        JsonElement result = json || Console.IsOutputRedirected ? Reload(client, happened => Tell(happened, json)) : WithBar(client);
        if (json)
        {
            Console.WriteLine(result.GetRawText());
        }
        else
        {
            Console.WriteLine($"{client.Name}: reload to generation {result.GetProperty("generation").GetInt32()} succeeded.");
        }

        return ExitCodes.Done;
    }

    private static JsonElement WithBar(ManagerClient client)
    {
        int wanted = client.Ask("""{"command":"status"}""").GetProperty("result").GetProperty("pool").GetProperty("target").GetInt32();
        JsonElement result = default;
        using var end = new EndSignals(client.End); // the cursor is hidden meanwhile
        try
        {
            Show();
        }
        catch (ToolException) when (end.HasCome)
        {
            throw ToolException.CouldNotAsk("interrupted; the reload goes on, and 'procman status' shows its outcome.");
        }

        return result;

        void Show() => AnsiConsole.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new SpinnerColumn()).Start(context =>
        {
            ProgressTask task = context.AddTask($"reload of {Markup.Escape(client.Program)}", maxValue: Math.Max(1, wanted));
            int generation = int.MaxValue;
            result = Reload(client, happened =>
            {
                generation = happened.GetProperty("event").GetString() == "reload-began" ? happened.GetProperty("generation").GetInt32() : generation;
                if (happened.GetProperty("event").GetString() == "worker-ready" && happened.GetProperty("generation").GetInt32() >= generation)
                {
                    task.Increment(1);
                    task.Description = $"{(int)task.Value} of {wanted} workers are new";
                }
            });
        });
    }

    private static JsonElement Reload(ManagerClient client, Action<JsonElement> progress) => client.Ask("""{"command":"reload"}""", progress, takesLong: true).GetProperty("result");

    private static void Tell(JsonElement happened, bool json)
    {
        if (!json)
        {
            Console.WriteLine(EventsCommand.Describe(happened));
        }
    }
}
