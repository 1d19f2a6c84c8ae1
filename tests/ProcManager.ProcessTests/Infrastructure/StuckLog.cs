using System.Diagnostics;
using System.Text;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A pipe as standard error of a program, full from the start; the test reads it when and as fast as it likes.</summary>
internal sealed class StuckLog : IDisposable
{
    private const int Capacity = 65536;

    private readonly string _path;
    private readonly FileStream _pipe;
    private readonly StringBuilder _text = new();

    private StuckLog(string path, FileStream pipe)
    {
        _path = path;
        _pipe = pipe;
    }

    /// <summary>What was read so far, without what it was filled with.</summary>
    internal string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString().TrimStart('x');
            }
        }
    }

    /// <summary>A wrapper that gives a program this pipe as standard error.</summary>
    internal string[] Wrapper => ["/bin/sh", "-c", $"exec \"$0\" \"$@\" 2>{_path}"];

    internal static StuckLog Full(TempFolder folder)
    {
        StuckLog log = Empty(folder);
        log._pipe.Write(Encoding.ASCII.GetBytes(new string('x', Capacity)));
        return log;
    }

    internal static StuckLog Empty(TempFolder folder)
    {
        string path = folder.File("stderr");
        using (Process mkfifo = Process.Start("mkfifo", [path]))
        {
            mkfifo.WaitForExit();
        }

        // Both ends are open here, so neither side waits for the other to open it.
        return new StuckLog(path, new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 }));
    }

    /// <summary>Reads until the text is there, so many bytes every 100 ms; null: as they come.</summary>
    internal Task Read(string until, int? bytes = null) => Task.Run(async () =>
    {
        byte[] buffer = new byte[bytes ?? 4096];
        while (!Text.Contains(until, StringComparison.Ordinal))
        {
            int read = await _pipe.ReadAsync(buffer);
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }

            await Task.Delay(bytes is null ? 0 : 100);
        }
    });

    public void Dispose() => _pipe.Dispose();
}
