namespace ProcManager.Output;

/// <summary>Which worker writes, and where to.</summary>
internal sealed class OutputSource(int slot, bool isError)
{
    private volatile int _pid;

    internal int Slot => slot;

    internal bool IsError => isError;

    /// <summary>Known when the worker was started, which is before its first line.</summary>
    internal int Pid
    {
        get => _pid;
        set => _pid = value;
    }
}
