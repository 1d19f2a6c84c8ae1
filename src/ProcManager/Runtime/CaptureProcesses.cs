using System.Text;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>A process that reads the stacks of one worker and writes them into a file in memory.</summary>
internal sealed record CaptureProcess(WorkerHandle Worker, int Pid, int Output);

/// <summary>Starts this program once more to look into a worker. On the manager's loop.</summary>
internal sealed class CaptureProcesses(WorkerLauncher launcher, SideProcesses side, ProcessManagerOptions options)
{
    private const int MostText = 128 * 1024;

    /// <summary>As whom the workers run; null: as this process.</summary>
    internal Credentials? Identity => launcher.Identity?.Credentials;

    /// <summary>Null: it has ended already, and its end is told.</summary>
    /// <exception cref="PosixException">The process cannot be started.</exception>
    internal CaptureProcess? Start(WorkerHandle worker, string? dump, Action<CaptureProcess> ended)
    {
        int output = AnonymousFile.Open("procmanager-capture", 0);
        int pid;
        try
        {
            pid = launcher.LaunchCapture(worker.Pid, output, options.CaptureTimeout, dump);
        }
        catch
        {
            Descriptors.Close(output);
            throw;
        }

        var process = new CaptureProcess(worker, pid, output);
        string? startTime = DiagnosticsLitter.StartTime(pid);
        bool isWatched = side.Watch(pid, reaps: true, end =>
        {
            if (end.Signal is not null)
            {
                DiagnosticsLitter.Remove(pid, startTime, launcher.TempFolder);
                DiagnosticsLitter.RemoveCapture(pid, launcher.Identity?.Credentials, launcher.TempFolder);
            }

            ended(process);
        });
        if (!isWatched)
        {
            Descriptors.Close(output);
        }

        return isWatched ? process : null;
    }

    internal void Kill(CaptureProcess process) => side.Signal(process.Pid, Signals.KILL);

    /// <summary>What it has written, or else what the kernel knows of the worker's threads. Once: closes the file.</summary>
    internal static string TextOf(CaptureProcess process)
    {
        string text = Encoding.UTF8.GetString(Descriptors.ReadFile(process.Output, MostText)).Trim();
        Descriptors.Close(process.Output);
        return text.Length > 0 ? text : $"the capture gave nothing; {ThreadReport.Of(process.Worker.Pid)}";
    }
}
