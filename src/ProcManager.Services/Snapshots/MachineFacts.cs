using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;

namespace ProcManager.Services.Snapshots;

/// <summary>The first file: what happened, and how the machine was.</summary>
internal static class MachineFacts
{
    internal static string Summary(SnapshotRequest request)
    {
        var text = new StringBuilder();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        text.Append(CultureInfo.InvariantCulture, $"service:   {request.Service.Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"reason:    {Printable.Of(request.Reason)}\n");
        text.Append(CultureInfo.InvariantCulture, $"seen at:   {Time(request.At)}\n");
        text.Append(CultureInfo.InvariantCulture, $"written:   {Time(now)}\n");
        text.Append(CultureInfo.InvariantCulture, $"process:   {(request.Process is { } p ? string.Create(CultureInfo.InvariantCulture, $"pid {p.Pid}") : "none is known to run")}\n");
        text.Append(CultureInfo.InvariantCulture, $"log:       {request.LogFile ?? "none"}\n");
        text.Append(CultureInfo.InvariantCulture, $"host:      {Environment.MachineName}, {ShortFiles.Read("/proc/sys/kernel/osrelease").Trim()}, {Environment.ProcessorCount} processors\n");
        text.Append(CultureInfo.InvariantCulture, $"up since:  {Time(now - TimeSpan.FromMilliseconds(Environment.TickCount64))}\n");
        text.Append(CultureInfo.InvariantCulture, $"load:      {ShortFiles.Read("/proc/loadavg").Trim()}\n");
        text.Append("\nmemory:\n").Append(ShortFiles.Lines("/proc/meminfo", "MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "Dirty:", "Writeback:", "AnonPages:", "Shmem:", "SwapTotal:", "SwapFree:", "Committed_AS:"));
        foreach (string resource in new[] { "cpu", "memory", "io" })
        {
            string pressure = ShortFiles.Read($"/proc/pressure/{resource}");
            if (pressure.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"\npressure of {resource} (see https://docs.kernel.org/accounting/psi.html):\n{pressure}");
            }
        }

        return text.ToString();
    }

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
