using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A terminal. What is written to it are the lines of <see cref="Log"/>.</summary>
internal sealed partial class Pty : IDisposable
{
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _slave; // a test may dispose this object early, and its number may be another file's then

    private readonly ITestOutputHelper _output;

    internal unsafe Pty(ITestOutputHelper output)
    {
        _output = output;
        int master;
        int slave;
        byte* name = stackalloc byte[64];
        if (openpty(&master, &slave, name, null, null) != 0)
        {
            throw new InvalidOperationException($"openpty: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _ = fcntl(master, 2, 1);
        _ = fcntl(slave, 2, 1); // close-on-exec
        _master = new SafeFileHandle(master, ownsHandle: true);
        _slave = new SafeFileHandle(slave, ownsHandle: true);
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        new Thread(Read) { IsBackground = true }.Start();
    }

    internal string Path { get; }

    internal LineLog Log { get; } = new();

    /// <summary>Ctrl-S, and Ctrl-Q.</summary>
    internal void Stop(bool stopped) => _ = tcflow(_slave, stopped ? 0 : 1);

    /// <summary>A wrapper that runs a program as a background job of a shell on this terminal, under <c>stty tostop</c>.</summary>
    internal string[] BackgroundJob => ["/bin/sh", "-c", $"exec setsid -c -w bash -c 'stty tostop; set -m; \"$0\" \"$@\" & wait' \"$0\" \"$@\" <{Path} >{Path} 2>&1"];

    private void Read()
    {
        byte[] buffer = new byte[4096];
        string rest = "";
        try
        {
            using var stream = new FileStream(_master, FileAccess.Read, bufferSize: 0);
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                string[] lines = (rest + Encoding.UTF8.GetString(buffer, 0, read)).Split('\n');
                Array.ForEach(lines[..^1], l => Log.Add(l.TrimEnd('\r')));
                rest = lines[^1];
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The last process on this terminal has closed it.
        }

        Log.End();
    }

    public void Dispose()
    {
        foreach (string line in Log.Lines)
        {
            _output.WriteLine(line);
        }

        _slave.Dispose();
        _master.Dispose();
    }

    [LibraryImport("libutil.so.1", SetLastError = true)]
    private static unsafe partial int openpty(int* master, int* slave, byte* name, void* settings, void* size);

    [LibraryImport("libc")]
    private static partial int tcflow(SafeFileHandle fd, int action);

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, int value);
}
