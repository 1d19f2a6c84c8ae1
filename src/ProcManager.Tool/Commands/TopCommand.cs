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
        RequireTerminal();
        using ManagerClient client = PoolFinder.Find(target);
        using var end = new EndSignals(client.End);
        var screen = new TopScreen(client.Name);
        var keys = new TopKeys(client, screen);
        try
        {
            AnsiConsole.AlternateScreen(() => AnsiConsole.Live(screen.Draw()).AutoClear(true).Start(context =>
            {
                bool goesOn = true;
                while (goesOn && !end.HasCome)
                {
                    screen.Read(Status(client));
                    keys.StatusRead();
                    context.UpdateTarget(screen.Draw());
                    goesOn = Obey(keys, screen, context, end);
                }
            }));
        }
        catch (ToolException) when (end.HasCome)
        {
            // the signal has ended the wait for the manager
        }

        return ExitCodes.Done;
    }

    private static void RequireTerminal()
    {
        if (Console.IsOutputRedirected || Console.IsInputRedirected)
        {
            throw new ToolException(ExitCodes.Usage, "top needs a terminal. 'procman status' writes the same once.");
        }

        if (Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb" || !AnsiConsole.Profile.Capabilities.Ansi)
        {
            throw new ToolException(ExitCodes.Usage, $"top needs a terminal whose cursor can be moved; TERM is '{Environment.GetEnvironmentVariable("TERM")}'. 'procman status' writes the same once.");
        }
    }

    private static JsonElement Status(ManagerClient client) => client.Ask("""{"command":"status"}""").GetProperty("result");

    // Until the next second; false: to quit.
    private static bool Obey(TopKeys keys, TopScreen screen, LiveDisplayContext context, EndSignals end)
    {
        DateTime until = DateTime.UtcNow + Interval;
        while (DateTime.UtcNow < until && !end.HasCome)
        {
            if (!Console.KeyAvailable)
            {
                Thread.Sleep(20);
                continue;
            }

            if (!keys.Obey(Console.ReadKey(intercept: true).KeyChar))
            {
                return false;
            }

            context.UpdateTarget(screen.Draw());
        }

        return true;
    }
}
