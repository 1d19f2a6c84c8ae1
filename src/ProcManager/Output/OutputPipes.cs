using ProcManager.Posix;

namespace ProcManager.Output;

/// <summary>The ends of two pipes that one worker writes to, while it is being started. When no worker was started, the reader finds the end of both.</summary>
internal sealed class OutputPipes(int output, int error, OutputSource[] sources) : IDisposable
{
    internal (int Output, int Error) Ends => (output, error);

    internal void Started(int pid) => Array.ForEach(sources, s => s.Pid = pid);

    /// <summary>The worker has its own copies.</summary>
    public void Dispose()
    {
        Descriptors.Close(output);
        Descriptors.Close(error);
    }
}
