using System.Globalization;
using System.Net.Sockets;
using System.Runtime;
using System.Text;

namespace ProcManager.TestWorker;

/// <summary>A loop that answers how many methods were compiled from its wait for a connection to the begin of the request.</summary>
internal sealed class CompiledMethods(ProcessManager manager)
{
    private const int Enough = 10;

    private readonly Lock _lock = new();
    private long _waiting;
    private int _same;
    private bool _hasWritten;

    internal void Serve(Socket listener)
    {
        using var looking = new Timer(static t => ((CompiledMethods)t!).Look(), this, 100, 100);
        while (manager.Accept(listener) is { } connection)
        {
            manager.PreDispatch();
            long compiled = JitInfo.GetCompiledMethodCount() - Volatile.Read(ref _waiting);
            string body = compiled.ToString(CultureInfo.InvariantCulture);
            connection.Receive(new byte[4096]);
            connection.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nX-Pid: {Environment.ProcessId}\r\nX-Slot: {manager.Slot}\r\nConnection: close\r\n\r\n{body}"));
            connection.Dispose();
            long before = JitInfo.GetCompiledMethodCount();
            manager.PostDispatch();
            long behind = JitInfo.GetCompiledMethodCount() - before;
            Console.WriteLine($"behind its answer {behind}");
        }
    }

    // The worker waits when nothing is compiled any more.
    private void Look()
    {
        lock (_lock)
        {
            if (_same >= Enough)
            {
                return; // a look beside the request would take what that compiles for its own
            }

            long now = JitInfo.GetCompiledMethodCount();
            _same = now == _waiting ? _same + 1 : 0;
            Volatile.Write(ref _waiting, now);
            if (_same == 5 && !_hasWritten)
            {
                _hasWritten = true;
                Console.WriteLine($"{Environment.ProcessId} waits"); // which is compiled for the next line
            }
            else if (_same == Enough)
            {
                Console.WriteLine($"{Environment.ProcessId} compiles nothing");
            }
        }
    }
}
