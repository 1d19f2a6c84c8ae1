using System.Buffers;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Streams;

/// <summary>Records in the array: where they begin and end, and room for them.</summary>
internal sealed partial class OutputWriter
{
    // Content that was written in one piece is more than a record holds: what lies behind moves on, and headers go between.
    private void Split()
    {
        int content = _at - _record - Records.HeaderSize;
        int more = (content - 1) / Records.MaxContent;
        EnsureSize(_at + (more * Records.HeaderSize) + TrailerRoom);
        for (int i = more; i > 0; i--)
        {
            int from = _record + Records.HeaderSize + (i * Records.MaxContent);
            int length = Math.Min(Records.MaxContent, content - (i * Records.MaxContent));
            Buffer.BlockCopy(_array, from, _array, from + (i * Records.HeaderSize), length);
        }

        for (int i = 0; i < more; i++)
        {
            Records.WriteHeader(_array.AsSpan(_record), type, _requestId, Records.MaxContent, 0);
            _record += Records.HeaderSize + Records.MaxContent;
        }

        _at += more * Records.HeaderSize;
    }

    private void CloseRecord()
    {
        int content = _at - _record - Records.HeaderSize;
        if (content <= 0)
        {
            _at = _record;
            return;
        }

        int padding = Records.PaddingOf(content);
        Records.WriteHeader(_array.AsSpan(_record), type, _requestId, content, padding);
        _array.AsSpan(_at, padding).Clear();
        _record = _at + padding;
        _at = _record;
    }

    /// <summary>Opens a record if none is open, another when this one is full, and makes the array large enough.</summary>
    private void MakeRoom(int least)
    {
        if (_completed)
        {
            throw new InvalidOperationException($"{type} was completed, or its request has ended; nothing can be written to it any more.");
        }

        if (_at - _record >= Records.HeaderSize + Records.MaxContent)
        {
            CloseRecord();
        }

        int start = _at == _record ? _record + Records.HeaderSize : _at;
        EnsureSize(start + least + Records.HeaderSize + TrailerRoom);
        _at = start;
    }

    private void EnsureSize(int needed)
    {
        if (needed > _array.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_usual, Math.Max(needed, _array.Length * 2)));
            _array.AsSpan(0, _at).CopyTo(larger);
            if (_array.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_array);
            }

            _array = larger;
        }
    }
}
