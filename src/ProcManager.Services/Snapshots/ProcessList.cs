using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Snapshots;

/// <summary>All processes, the largest in memory first. Each line is written before the next command line is read: that read hangs while the kernel changes the memory of such a process, and the last line then names it.</summary>
internal static class ProcessList
{
    internal static void Write(SnapshotFolder folder, Func<bool> isLate)
    {
        Dictionary<uint, string> names = ShortFiles.UserNames();
        ProcessStat[] all = [.. ProcessScan.Read().Select(static p => ProcFs.Process(p)).OfType<ProcessStat>().OrderByDescending(static p => p.Resident).ThenBy(static p => p.Pid)];
        using FileStream file = folder.Create("processes.txt");
        _ = folder.Append(file, string.Create(CultureInfo.InvariantCulture, $"{"PID",8} {"PPID",8} {"USER",-16} S {"MEMORY",12} {"CPU",14} COMMAND\n"));
        foreach (ProcessStat process in all)
        {
            string user = ProcFs.Owner(process.Pid) is { } owner ? names.GetValueOrDefault(owner.User) ?? owner.User.ToString(CultureInfo.InvariantCulture) : "?";
            string line = string.Create(CultureInfo.InvariantCulture, $"{process.Pid,8} {process.Parent,8} {user,-16} {process.State} {ShortFiles.Size(process.Resident),12} {process.Cpu.TotalSeconds,12:0.00} s ");
            if (isLate() || !folder.Append(file, line))
            {
                break;
            }

            string command = process.IsKernelThread ? "" : Printable.Of(ProcFs.CommandLine(process.Pid));
            _ = folder.Append(file, $"{(command.Length > 0 ? command : $"[{Printable.Of(process.Name)}]")}\n");
        }
    }
}
