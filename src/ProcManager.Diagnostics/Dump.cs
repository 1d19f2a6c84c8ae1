using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcManager.Diagnostics;

/// <summary>A dump, written by the process itself: its runtime starts createdump.</summary>
internal static class Dump
{
    // All stacks, and of the heap only what it takes to read them: some megabytes. With the whole heap a large worker stands still for
    // many seconds, the disk may fill up, and every secret of every request is in the file.
    private const DumpType Kind = DumpType.Normal;

    /// <summary>One line: the file and its size, or why there is none.</summary>
    internal static string Write(int pid, string file, TimeLimit limit)
    {
        try
        {
            // The process that writes it has a directory of its own.
            file = Path.GetFullPath(file);
            if (Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder))
            {
                return $"no dump: there is no folder {MethodName.OneLine(folder)}";
            }

            limit.Run(async token =>
            {
                await new DiagnosticsClient(pid).WriteDumpAsync(Kind, file, WriteDumpFlags.None, token).ConfigureAwait(false);
                return true;
            });
            var written = new FileInfo(file);
            return written.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"dump: {MethodName.OneLine(file)}, {written.Length / 1048576.0:F1} MiB")
                : $"no dump: the runtime says that it wrote {MethodName.OneLine(file)}, but it is not here; does process {pid} see other file systems?";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Failure.OfDump(pid, e, file, limit.Length);
        }
    }
}
