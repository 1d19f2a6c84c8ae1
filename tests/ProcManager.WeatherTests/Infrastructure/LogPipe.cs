using System.Runtime.InteropServices;
using System.Text;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>Standard error of a pool as a pipe of 4 KiB whose reader, the test, may read, stop, dawdle or go away.</summary>
internal sealed partial class LogPipe : IDisposable
{
    private const int O_RDONLY = 0;
    private const int O_NONBLOCK = 0x800;
    private const int O_CLOEXEC = 0x80000;
    private const int F_SETPIPE_SZ = 1031;
    private readonly string _path;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();
    private int _fd = -1;
    private TimeSpan _rest;
    private bool _stuck;
    private Task _reading = Task.CompletedTask;

    internal LogPipe(TempFolder folder)
    {
        _path = folder.File("log.pipe");
        Check(mkfifo(_path, 0x1b6), "mkfifo");
        File.SetUnixFileMode(_path, (UnixFileMode)0x1b6);
        Open();
    }

    /// <summary>What came through the pipe; ends when the last writer has closed it.</summary>
    internal LineLog Log { get; } = new();

    internal string[] Wrapper => ["/bin/sh", "-c", $"exec \"$0\" \"$@\" 2>'{_path}'"];

    /// <summary>The reader hangs: what is written stays in the pipe.</summary>
    internal void Stop() => Set(stuck: true, TimeSpan.Zero);

    /// <summary>Reads again, as fast as the lines come.</summary>
    internal void Continue() => Set(stuck: false, TimeSpan.Zero);

    /// <summary>Reads 13 KB a second.</summary>
    internal void Dawdle() => Set(stuck: false, TimeSpan.FromMilliseconds(10));

    /// <summary>The reader is gone: writing to the pipe fails with EPIPE.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            if (_fd >= 0)
            {
                _ = close(_fd); // once: the number may be another file's next
                _fd = -1;
            }
        }
    }

    /// <summary>A new reader has come.</summary>
    internal void Open()
    {
        lock (_gate)
        {
            _fd = Check(open(_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open");
            _ = fcntl(_fd, F_SETPIPE_SZ, 4096);
        }
    }

    /// <summary>Reads from now on; each line goes to this log too.</summary>
    internal void Read(LineLog copy) => _reading = Task.Run(async () =>
    {
        bool begun = false;
        while (!_end.IsCancellationRequested)
        {
            int read = ReadSome(copy);
            begun |= read > 0;
            if (begun && read == 0)
            {
                Log.End();
                return;
            }

            await Task.Delay(read > 0 ? _rest : TimeSpan.FromMilliseconds(5));
        }
    });

    public void Dispose()
    {
        _end.Cancel();
        _reading.Wait();
        Close();
        _end.Dispose();
    }

    /// <summary>0 at the end of the pipe, -1 when there is nothing now.</summary>
    private int ReadSome(LineLog copy)
    {
        Span<byte> buffer = stackalloc byte[130];
        int count;
        lock (_gate)
        {
            count = _stuck || _fd < 0 ? -1 : (int)read(_fd, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        }

        foreach (byte b in buffer[..Math.Max(0, count)])
        {
            if (b != '\n')
            {
                _line.Append((char)b);
                continue;
            }

            Log.Add(_line.ToString());
            copy.Add(_line.ToString());
            _line.Clear();
        }

        return count;
    }

    private void Set(bool stuck, TimeSpan rest)
    {
        lock (_gate)
        {
            (_stuck, _rest) = (stuck, rest);
        }
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, ref byte buffer, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
