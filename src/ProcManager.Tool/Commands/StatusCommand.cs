using System.Buffers;
using System.Text;
using ProcManager.Status;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>What a pool does, as the manager says it; or as its scoreboard has it, when the manager says nothing.</summary>
internal static class StatusCommand
{
    internal static int Run(PoolTarget target, bool json)
    {
        try
        {
            using ManagerClient client = PoolFinder.Find(target);
            Console.Write(json
                ? client.Ask("""{"command":"status"}""").GetProperty("result").GetRawText() + "\n"
                : client.Ask("""{"command":"status","text":true}""").GetProperty("result").GetString());
            return ExitCodes.Done;
        }
        catch (ToolException e) when (e.ExitCode == ExitCodes.CouldNotAsk && (e.SilentPid ?? SilentPid(target)) is { } pid)
        {
            (PoolReport? report, string? problem) = SilentManager.Read(pid, SilentManager.NameOf(pid) ?? $"pid {pid}");
            if (report is null)
            {
                throw problem is null ? e : ToolException.CouldNotAsk($"{e.Message} {problem}");
            }

            Console.Error.WriteLine($"procman: {e.Message} What follows is from its scoreboard.");
            Console.Write(json ? Json(report) : TextReport.Write(report));
            return ExitCodes.CouldNotAsk;
        }
    }

    // The control socket is named after the manager's pid, and so may the target be.
    private static int? SilentPid(PoolTarget target)
    {
        if (target.PidFile is { } file)
        {
            return PidFiles.Read(file);
        }

        string? name = target.Control is { } control ? Path.GetFileNameWithoutExtension(control) : target.Name;
        return name is null ? PoolFinder.OnlyPid() : int.TryParse(name, out int pid) ? pid : null;
    }

    private static string Json(PoolReport report)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonReport.Write(output, report);
        return Encoding.UTF8.GetString(output.WrittenSpan) + "\n";
    }
}
