namespace ProcManager.Output;

/// <summary>Cuts what comes from one pipe into whole lines. An unfinished line is kept for its end.</summary>
/// <param name="take">Gets one or more whole lines; the last byte is a line end.</param>
internal sealed class LineBuffer(LineBuffer.Taker take)
{
    /// <summary>A longer line is cut into several.</summary>
    internal const int MaxLine = 64 * 1024;

    private byte[] _unfinished = [];
    private int _length;

    internal delegate void Taker(ReadOnlySpan<byte> lines);

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        int last = bytes.LastIndexOf((byte)'\n');
        if (last >= 0)
        {
            Take(bytes[..(last + 1)]);
            bytes = bytes[(last + 1)..];
        }

        while (_length + bytes.Length >= MaxLine)
        {
            int fits = MaxLine - 1 - _length;
            Take([.. bytes[..fits], (byte)'\n']);
            bytes = bytes[fits..];
        }

        Keep(bytes);
    }

    /// <summary>The beginning of a line whose end has not come.</summary>
    internal byte[] Unfinished => _unfinished[.._length];

    /// <summary>The worker writes no more: an unfinished line gets its end here.</summary>
    internal void End()
    {
        if (_length > 0)
        {
            Take("\n"u8);
        }
    }

    private void Take(ReadOnlySpan<byte> lines)
    {
        if (_length == 0)
        {
            take(lines);
            return;
        }

        byte[] whole = [.. _unfinished.AsSpan(0, _length), .. lines];
        _unfinished = [];
        _length = 0;
        take(whole);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        if (_unfinished.Length < _length + bytes.Length)
        {
            Array.Resize(ref _unfinished, Math.Max(256, (_length + bytes.Length) * 2));
        }

        bytes.CopyTo(_unfinished.AsSpan(_length));
        _length += bytes.Length;
    }
}
