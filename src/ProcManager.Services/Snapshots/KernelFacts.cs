using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Snapshots;

/// <summary>What the kernel says of killed and crashed processes, of disks that fail, and the limits of memory of the control group.</summary>
internal static partial class KernelFacts
{
    private const int MaxRecords = 100_000;
    private const int MaxLines = 200;

    internal static string Of(SeenProcess? process)
    {
        var text = new StringBuilder();
        string whose = process is { } p && ProcFs.StartTime(p.Pid) == p.StartTime ? p.Pid.ToString(CultureInfo.InvariantCulture) : "self";
        if (GroupFolder(ShortFiles.Read($"/proc/{whose}/cgroup")) is { } group)
        {
            text.Append(CultureInfo.InvariantCulture, $"control group {group}{(whose == "self" ? " (the keeper's own)" : "")}:\n");
            foreach (string file in new[] { "memory.events", "memory.current", "memory.max", "memory.high", "pids.current", "pids.max" })
            {
                string content = ShortFiles.Read($"{group}/{file}").TrimEnd();
                text.Append(content.Length > 0 ? $"{file}: {content.Replace("\n", ", ", StringComparison.Ordinal)}\n" : "");
            }
        }

        text.Append(ShortFiles.Lines("/proc/vmstat", "oom_kill ")).Append("\nmessages about kills, crashes and failing disks:\n");
        return text.Append(Messages()).ToString();
    }

    /// <summary>Null: version 2 of control groups is not there.</summary>
    private static string? GroupFolder(string cgroup) => cgroup.Split('\n').FirstOrDefault(static l => l.StartsWith("0::", StringComparison.Ordinal)) is { } line
        && Directory.Exists("/sys/fs/cgroup" + line[3..]) && File.Exists("/sys/fs/cgroup/cgroup.controllers") ? ("/sys/fs/cgroup" + line[3..]).TrimEnd('/') : null;

    /// <summary>Each read gives one record, see the kernel's documentation of /dev/kmsg: PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT.</summary>
    private static string Messages()
    {
        int fd = LibC.open("/dev/kmsg", Constants.O_RDONLY | Constants.O_NONBLOCK | Constants.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return $"/dev/kmsg cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)}): {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}\n";
        }

        var lines = new Queue<string>();
        byte[] record = new byte[8192];
        for (int i = 0; i < MaxRecords; i++)
        {
            int length = Descriptors.Read(fd, record);
            if (length <= 0 && Marshal.GetLastPInvokeError() != Errno.EPIPE) // EPIPE: records were overwritten meanwhile, the next read goes on
            {
                break;
            }

            if (length > 0 && Line(Encoding.UTF8.GetString(record, 0, length)) is { } line)
            {
                lines.Enqueue(line);
                if (lines.Count > MaxLines)
                {
                    _ = lines.Dequeue();
                }
            }
        }

        Descriptors.Close(fd);
        return lines.Count == 0 ? "none\n" : string.Join('\n', lines) + "\n";
    }

    /// <summary>Null: the record is of no interest.</summary>
    internal static string? Line(string record)
    {
        string[] parts = record.Split(';', 2);
        string[] head = parts[0].Split(',');
        if (parts.Length < 2 || head.Length < 3 || !long.TryParse(head[2], NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds))
        {
            return null;
        }

        string message = parts[1].Split('\n')[0];
        TimeSpan ago = TimeSpan.FromMilliseconds(Environment.TickCount64) - TimeSpan.FromMicroseconds(microseconds);
        return Interesting().IsMatch(message) ? $"{MachineFacts.Time(DateTimeOffset.UtcNow - ago)} {Printable.OfLine(message)}" : null;
    }

    [GeneratedRegex("oom|out of memory|killed process|segfault|general protection|trap |I/O error|EXT4-fs error|remount|hung_task|blocked for more than|soft lockup", RegexOptions.IgnoreCase)]
    private static partial Regex Interesting();
}
