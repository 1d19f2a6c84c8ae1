using System.Globalization;
using System.Text.Json;
using ProcManager.Tool.Pools;
using Spectre.Console;

namespace ProcManager.Tool.Commands;

/// <summary>A pool live, once a second, with keys.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal static int Run(PoolTarget target)
    {
        if (Console.IsOutputRedirected || Console.IsInputRedirected)
        {
            throw new ToolException(ExitCodes.Usage, "top needs a terminal. 'procman status' writes the same once.");
        }

        using ManagerClient client = PoolFinder.Find(target);
        var screen = new TopScreen(client.Program);
        AnsiConsole.AlternateScreen(() => AnsiConsole.Live(screen.Draw(null)).AutoClear(true).Start(context =>
        {
            bool goesOn = true;
            while (goesOn)
            {
                screen.Read(Status(client));
                context.UpdateTarget(screen.Draw(client.ProcessId));
                goesOn = Obey(client, screen, context, DateTime.UtcNow + Interval);
            }
        }));
        return ExitCodes.Done;
    }

    private static JsonElement Status(ManagerClient client) => client.Ask("""{"command":"status"}""").GetProperty("result");

    // Until the next second; false: to quit.
    private static bool Obey(ManagerClient client, TopScreen screen, LiveDisplayContext context, DateTime until)
    {
        while (DateTime.UtcNow < until)
        {
            if (!Console.KeyAvailable)
            {
                Thread.Sleep(20);
                continue;
            }

            char key = char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar);
            switch (key)
            {
                case 'q':
                    return false;
                case 'r':
                    screen.Message = Try(() => client.Ask("""{"command":"reload","wait":false}"""), "a reload was asked for");
                    break;
                case '+' or '-' when screen.Target is { } count:
                    int wanted = key == '+' ? count + 1 : count - 1;
                    screen.Message = Try(() => client.Ask(string.Create(CultureInfo.InvariantCulture, $$"""{"command":"scale","count":{{wanted}}}""")), $"{wanted} workers are wanted");
                    break;
                case 's':
                    screen.SortByNext();
                    break;
                case 'c' when screen.FirstSlot is { } slot:
                    screen.Message = Try(() => client.Ask(string.Create(CultureInfo.InvariantCulture, $$"""{"command":"recycle","slot":{{slot}}}""")), $"the worker in slot {slot} leaves when its replacement is ready");
                    break;
            }

            context.UpdateTarget(screen.Draw(client.ProcessId));
        }

        return true;
    }

    private static string Try(Action ask, string done)
    {
        try
        {
            ask();
            return done;
        }
        catch (ToolException e) when (e.ExitCode == ExitCodes.Failed)
        {
            return e.Message;
        }
    }
}
