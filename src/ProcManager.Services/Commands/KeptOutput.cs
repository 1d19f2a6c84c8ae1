using System.Text;
using ProcManager.Diagnostics;

namespace ProcManager.Services.Commands;

/// <summary>What is kept of a command's output, so that a command that writes without end takes no memory.</summary>
/// <param name="Limit">Bytes.</param>
/// <param name="KeepsEnd">True: the last bytes are kept. False: the first.</param>
internal readonly record struct OutputLimit(int Limit, bool KeepsEnd);

/// <summary>Collects output up to a limit.</summary>
internal sealed class KeptOutput(OutputLimit limit)
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Bytes that were not kept.</summary>
    internal long Lost { get; private set; }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        if (limit.KeepsEnd)
        {
            MakeRoom(bytes.Length);
        }

        int taken = Math.Min(bytes.Length, limit.Limit - _length);
        Lost += bytes.Length - taken;
        bytes = limit.KeepsEnd ? bytes[^taken..] : bytes[..taken];
        if (_bytes.Length < _length + taken)
        {
            Array.Resize(ref _bytes, Math.Min(limit.Limit, Math.Max(1024, (_length + taken) * 2)));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += taken;
    }

    internal string Text => Encoding.UTF8.GetString(_bytes, 0, _length);

    /// <summary>The last lines that are not empty, in one line; control characters as escapes.</summary>
    internal static string LastLines(string text, int lines, int characters)
    {
        string last = string.Join(" | ", text.Split('\n').Select(static l => Printable.Of(l.Trim())).Where(static l => l.Length > 0).TakeLast(lines));
        return last.Length <= characters ? last : "…" + last[^(characters - 1)..];
    }

    private void MakeRoom(int needed)
    {
        int removed = Math.Min(_length, Math.Max(0, _length + needed - limit.Limit));
        if (removed > 0)
        {
            _bytes.AsSpan(removed, _length - removed).CopyTo(_bytes);
            _length -= removed;
            Lost += removed;
        }
    }
}
