using System.Text;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// How a detached start went, told through a pipe to the process that was started: <c>ready</c>, or <c>failed</c> with a reason that stands in the log only. An end without a word is judged by its exit code.
/// In the detached process.
/// </summary>
internal sealed class StartReport(int pipe)
{
    internal const string ReadyWord = "ready";
    internal const string FailedWord = "failed ";

    private readonly Lock _gate = new();
    private int _pipe = pipe;

    /// <summary>Told, or given up.</summary>
    internal bool IsOver => _pipe < 0;

    internal void Ready() => Tell(ReadyWord);

    internal void Failed(string reason) => Tell(FailedWord + reason);

    private void Tell(string text)
    {
        lock (_gate)
        {
            if (_pipe >= 0)
            {
                Descriptors.WriteAll(_pipe, Encoding.UTF8.GetBytes(text + "\n")); // the starter may have been killed
                Descriptors.Close(_pipe);
                _pipe = -1;
            }
        }
    }
}
