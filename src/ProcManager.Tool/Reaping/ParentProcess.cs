using System.Globalization;
using ProcManager.Posix;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Reaping;

/// <summary>The process whose children are looked at. Its number is trusted only together with its start time.</summary>
internal sealed record ParentProcess(int Pid, long StartTime)
{
    private const int NoSignal = 0;

    /// <exception cref="ToolException">It does not run, or this user may not signal it.</exception>
    internal static ParentProcess Find(ReapOptions options)
    {
        int pid = options.ParentPid ?? PidFiles.ReadTrusted(options.PidFile!);
        long start = ProcFs.StartTime(pid);
        int pidFd = start == 0 ? -1 : Posix.Children.OpenPidFd(pid);
        try
        {
            if (pidFd < 0)
            {
                throw ToolException.CouldNotAsk(string.Create(CultureInfo.InvariantCulture, $"there is no process {pid}{(options.PidFile is { } file ? $", which {file} names" : "")}."));
            }

            return Posix.Children.Signal(pid, pidFd, NoSignal)
                ? new ParentProcess(pid, start)
                : throw ToolException.CouldNotAsk(string.Create(CultureInfo.InvariantCulture, $"process {pid} is another user's: this user may not signal it or its children. Run this as that user or as root."));
        }
        finally
        {
            Descriptors.Close(pidFd);
        }
    }

    /// <summary>All children. A kernel without CONFIG_PROC_CHILDREN tells none, which must not look like a parent without children.</summary>
    /// <exception cref="ToolException">They cannot be read.</exception>
    internal List<int> Children()
    {
        try
        {
            _ = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/task/{Pid}/children"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return IsThere ? throw ToolException.CouldNotAsk($"the children of process {Pid} cannot be read: {e.Message}") : [];
        }

        return ProcFs.Children(Pid);
    }

    internal bool IsThere => ProcFs.StartTime(Pid) == StartTime;
}
