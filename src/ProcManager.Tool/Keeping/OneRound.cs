using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services;
using ProcManager.Services.Definitions;

namespace ProcManager.Tool.Keeping;

/// <summary><c>--once</c>, as from cron, which mails what a command writes: nothing is written unless something has happened.</summary>
internal static class OneRound
{
    private const int Restarted = 1;
    private const int Down = 2;

    internal static int Run(string file, string? folder)
    {
        if (Definitions.Read(file, out _, wantsHints: false) is not { } options)
        {
            return ExitCodes.Configuration;
        }

        ServiceDefinition[] foreground = [.. options.Services.Where(static s => s.Kind == ServiceKind.Foreground)];
        foreach (ServiceDefinition service in foreground)
        {
            Console.Error.WriteLine($"{DefinitionFile.PlaceOf(file, service.Name, "kind")}: \"foreground\" is for a keeper that stays, not for a single round (--once); allowed: \"detached\"");
        }

        if (foreground.Length > 0)
        {
            return ExitCodes.Configuration;
        }

        InheritedDescriptors.KeepFromChildren();
        options.Folder = folder ?? options.Folder;
        var log = new List<string>();
        ServiceRunSummary summary;
        try
        {
            using var end = new CancellationTokenSource();
            using var signals = new Commands.EndSignals(end.Cancel);
            summary = new ServiceKeeper(options, new KeeperLoggers(new NoticeLogger(notice => Keep(log, notice), static level => level >= LogLevel.Information, KeeperLoggers.Category))).RunOnceAsync(end.Token).GetAwaiter().GetResult();
        }
        catch (ProcManagerConfigurationException e)
        {
            throw new ToolException(ExitCodes.Configuration, string.Join('\n', e.Failures));
        }

        ServiceStatus[] restarted = [.. summary.Restarted];
        ServiceStatus[] down = [.. summary.Failed];
        if (restarted.Length + down.Length == 0)
        {
            return ExitCodes.Done;
        }

        foreach (ServiceStatus service in down)
        {
            Console.WriteLine($"{service.Name} is down: {service.Reason}{Snapshot(service)}");
        }

        foreach (ServiceStatus service in restarted)
        {
            Console.WriteLine($"{service.Name} was restarted: {service.LastDeath?.Reason ?? service.Reason}{Snapshot(service)}");
        }

        Console.WriteLine();
        lock (log)
        {
            log.ForEach(Console.WriteLine);
        }

        return down.Length > 0 ? Down : Restarted;
    }

    private static string Snapshot(ServiceStatus service) => service.LastDeath?.Snapshot is { } folder ? $" (snapshot: {folder})" : "";

    private static void Keep(List<string> log, Notice notice)
    {
        lock (log)
        {
            log.Add(string.Create(CultureInfo.InvariantCulture, $"{notice.Time.ToLocalTime():HH:mm:ss.fff} {Printable.OfLine(notice.Message)}{(notice.Exception is { } e ? $": {e.Message}" : "")}"));
        }
    }
}
