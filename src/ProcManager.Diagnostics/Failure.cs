using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcManager.Diagnostics;

/// <summary>Why there is nothing to show, and what to do about it.</summary>
internal static class Failure
{
    internal static string OfStacks(int pid, Exception exception, string step, TimeSpan limit)
    {
        if (exception is not TimeoutException || !IsThere(pid))
        {
            return $"no stacks: {Reason(pid, exception)}";
        }

        if (step == CaptureStep.Reading)
        {
            return $"no stacks: the trace of {TargetProcess.Named(pid)} could not be read within {Seconds(limit)}";
        }

        string trouble = TargetProcess.Trouble(TargetProcess.State(pid)) ?? (step == CaptureStep.Stopping ? step : "it may be unable to hold its threads");
        return $"{NoAnswer(pid, limit)}; {trouble}{KernelThreads(pid)}";
    }

    internal static string OfDump(int pid, Exception exception, string file, TimeSpan limit) => exception is TimeoutException && IsThere(pid)
        ? $"no dump: {NoAnswer(pid, limit)}; {TargetProcess.Trouble(TargetProcess.State(pid)) ?? $"{MethodName.OneLine(file)} may be half written"}"
        : $"no dump: {Reason(pid, exception)}";

    /// <summary>A program compiled by NativeAOT is not asked: it has no diagnostics port.</summary>
    internal static string OfNativeAot(int pid, bool dump) =>
        $"no stacks{(dump ? " and no dump" : "")}: compiled by NativeAOT, {TargetProcess.Named(pid)} has no port at which its runtime could be asked; with WatchdogSteps.Keep a debugger can look into it{KernelThreads(pid)}";

    private static string NoAnswer(int pid, TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"no answer from the runtime of process {pid} within {Seconds(limit)}");

    private static string Reason(int pid, Exception exception) => exception switch
    {
        _ when !TargetProcess.Exists(pid) => string.Create(CultureInfo.InvariantCulture, $"there is no process {pid}"),
        _ when !IsThere(pid) => $"{TargetProcess.Named(pid)}: {TargetProcess.Trouble(TargetProcess.State(pid))}",
        ServerNotAvailableException => $"no .NET runtime answers for {TargetProcess.Named(pid)}. It is another kind of program, or has another TMPDIR than "
            + $"{Path.GetTempPath()}, or has DOTNET_EnableDiagnostics=0, or belongs to another user",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"{TargetProcess.Named(pid)} belongs to another user, and only that one may ask its runtime",
        DiagnosticsClientException => $"the runtime of {TargetProcess.Named(pid)} refuses: {Message(exception)}",
        _ => $"{TargetProcess.Named(pid)} cannot be looked into: {exception.GetType().Name}, {Message(exception)}",
    };

    private static string Message(Exception exception) => MethodName.OneLine(string.Join("; ", exception.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));

    private static bool IsThere(int pid) => TargetProcess.Exists(pid) && TargetProcess.State(pid) is not ('Z' or 'X');

    /// <summary>When the runtime is silent, the kernel still tells which thread runs and which ones wait.</summary>
    private static string KernelThreads(int pid)
    {
        var text = new StringBuilder();
        var alike = TargetProcess.Threads(pid).GroupBy(static t => (t.Name, t.State, t.Place)).OrderBy(static g => g.Key.State).ThenByDescending(static g => g.Count());
        foreach (var group in alike)
        {
            string threads = StackText.Threads([.. group.Select(static t => (t.ThreadId, t.Name))]);
            string place = group.Key.Place is "" or "0" ? "" : $" in {group.Key.Place}";
            text.Append(CultureInfo.InvariantCulture, $"\n    {threads}, state {group.Key.State}{place}");
        }

        return text.Length == 0 ? "" : $". Its threads as the kernel sees them:{text}";
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
