using ProcManager.Posix;

namespace ProcManager.Tool.Commands;

/// <summary>Notices that the reader of standard output is gone, as behind <c>| head -1</c>, also while nothing is written.</summary>
internal static class ClosedOutput
{
    private const int StandardOutput = 1;

    /// <param name="end">Called once, on a thread of its own.</param>
    internal static void Watch(Action end)
    {
        if (!Console.IsOutputRedirected)
        {
            return; // a terminal that goes sends HUP
        }

        new Thread(() =>
        {
            Connections.WaitFor(StandardOutput, 0, -1); // an error and the other end's close are always told, see poll(2)
            end();
        })
        { IsBackground = true, Name = "closed output" }.Start();
    }
}
