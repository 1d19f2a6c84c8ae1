using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>A line for each event, until the manager ends, the output is closed, or Ctrl-C.</summary>
internal static class EventsCommand
{
    private static readonly string[] Numbers = ["slot", "pid", "generation"];
    private static readonly string[] Texts = ["outcome", "reason"];

    internal static int Run(PoolTarget target, bool json)
    {
        using ManagerClient client = PoolFinder.Find(target);
        client.Ask("""{"command":"events"}""");
        ClosedOutput.Watch(client.End);
        foreach ((JsonElement happened, int lost) in client.Events())
        {
            if (lost > 0)
            {
                Console.WriteLine(json ? $$"""{"lost":{{lost}}}""" : $"{lost} {Words.Of(lost, "event")} dropped here: more came than were read");
            }

            Console.WriteLine(json ? happened.GetRawText() : Describe(happened));
        }

        return ExitCodes.Done;
    }

    /// <summary><c>14:03:05.123 worker-exited slot 2 pid 4714 generation 1: SIGKILL, Crashed</c>.</summary>
    internal static string Describe(JsonElement happened)
    {
        var text = new StringBuilder();
        text.Append(happened.GetProperty("time").GetDateTimeOffset().ToLocalTime().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        text.Append(happened.GetProperty("event").GetString());
        foreach (string name in Numbers)
        {
            if (happened.TryGetProperty(name, out JsonElement value))
            {
                text.Append(' ').Append(name).Append(' ').Append(value.GetRawText());
            }
        }

        string[] details = [.. Texts.Where(n => happened.TryGetProperty(n, out _)).Select(n => Printable.Of(happened.GetProperty(n).GetString()!))];
        return details.Length == 0 ? text.ToString() : text.Append(": ").AppendJoin(", ", details).ToString();
    }
}
