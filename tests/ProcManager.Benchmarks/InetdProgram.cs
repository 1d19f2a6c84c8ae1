using System.Globalization;
using System.Text;

namespace ProcManager.Benchmarks;

/// <summary>What inetd starts for each connection, which is its standard input and output: reads one request, answers with its pid, and ends.</summary>
internal static class InetdProgram
{
    internal static int Run()
    {
        using Stream input = Console.OpenStandardInput();
        using Stream output = Console.OpenStandardOutput();
        byte[] buffer = new byte[4096];
        int length = 0;
        int read;
        while ((read = input.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                string body = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n");
                output.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
                break;
            }
        }

        return 0;
    }
}
