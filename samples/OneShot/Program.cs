using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Microsoft.Extensions.Configuration;
using ProcManager;

// An untrusted calculation in a process of its own: what it leaks, breaks or never ends costs no other request anything.
IConfiguration configuration = ProcessManager.CreateConfiguration([
    "--ProcessManager:Sizing=PerRequest", "--ProcessManager:MaxCount=8", // 8 calculations at once; 2 more workers wait ready-started
    "--ProcessManager:RequestTimeout=5s", "--ProcessManager:WatchdogLadder=Log, Kill", // none takes longer
    "--ProcessManager:MaxMemory=512M", "--ProcessManager:HeapLimitPercent=100", // none has more memory
    .. args]);
using var manager = new ProcessManager(configuration);
var leaked = new List<byte[]>();
using Socket listener = manager.Listen("http", new IPEndPoint(IPAddress.Loopback, configuration.GetValue("port", 8080)));
if (manager.Role != ProcessRole.Worker) Console.WriteLine($"http://{listener.LocalEndPoint}/");
manager.Manage();
while (manager.Accept(listener) is { } connection)            // null after the one request
{
    manager.PreDispatch();
    using (connection) { Serve(connection); }
    manager.PostDispatch();
}

void Serve(Socket connection)
{
    try
    {
        using var stream = new NetworkStream(connection, ownsSocket: true) { ReadTimeout = 10_000 }; // a silent client must not keep the worker
        using var reader = new StreamReader(stream);
        string target = reader.ReadLine()?.Split(' ') is [_, var t, ..] ? Uri.UnescapeDataString(t) : "";
        while (reader.ReadLine() is { Length: > 0 }) { }          // the headers
        manager.Describe($"GET {target}", connection.RemoteEndPoint?.ToString()); // for the watchdog's line
        string? text = Answer(target);
        string body = text ?? "Paths: /calc?2*(3+4)^5 /cwd /leak /crash /hang /chdir\n";
        stream.Write(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {(text is null ? "404 Not Found" : "200 OK")}\r\n" +
            $"Content-Length: {body.Length}\r\nX-Pid: {Environment.ProcessId}\r\nConnection: close\r\n\r\n{body}"));
    }
    catch (IOException) { }                                       // the client went away
}

string? Answer(string target)
{
    switch (target.Split('?')[0])
    {
        case "/calc": return new Calculation(target[(target.IndexOf('?') + 1)..]).Result();
        case "/cwd": return $"{Environment.CurrentDirectory}\n";
        case "/leak": leaked.Add(Enumerable.Repeat((byte)1, 100 << 20).ToArray()); return $"keeps {leaked.Count} x 100 MiB\n";
        case "/crash": throw new InvalidOperationException("asked to crash");
        case "/hang": Thread.Sleep(Timeout.Infinite); return null;
        case "/chdir": Environment.CurrentDirectory = "/"; return $"{Environment.CurrentDirectory}\n"; // for the rest of this process
        default: return null;
    }
}

/// <summary>Whole numbers with + - * / ^ and brackets. It trusts its text: 9^9^8 takes more time or memory than it may have, and brackets without end the stack.</summary>
internal sealed class Calculation(string text)
{
    private int _at;

    internal string Result() => $"{Sum()}\n";

    private BigInteger Sum()
    {
        BigInteger value = Product();
        while (_at < text.Length && text[_at] is '+' or '-')
        {
            value = text[_at++] == '+' ? value + Product() : value - Product();
        }

        return value;
    }

    private BigInteger Product()
    {
        BigInteger value = Power();
        while (_at < text.Length && text[_at] is '*' or '/')
        {
            value = text[_at++] == '*' ? value * Power() : value / Power(); // by zero: an exception without a handler
        }

        return value;
    }

    private BigInteger Power()
    {
        BigInteger value = Operand();
        return _at < text.Length && text[_at] == '^' && ++_at > 0 ? BigInteger.Pow(value, (int)Power()) : value;
    }

    private BigInteger Operand()
    {
        if (text[_at] == '(')
        {
            _at++;
            BigInteger value = Sum();
            _at++;
            return value;
        }

        int begin = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        return BigInteger.Parse(text.AsSpan(begin, _at - begin), CultureInfo.InvariantCulture);
    }
}
