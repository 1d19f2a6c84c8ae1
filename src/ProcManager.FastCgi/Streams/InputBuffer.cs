using System.Buffers;

namespace ProcManager.FastCgi.Streams;

/// <summary>
/// What has come and is not used yet, in one array: first the body that the application has not consumed, then bytes that are not
/// parsed. Body of several records is moved together, so the application sees one piece and nothing is copied into a pipe.
/// </summary>
internal sealed class InputBuffer(int leastSize)
{
    private byte[] _array = [];
    private int _bodyStart;
    private int _bodyEnd;
    private int _start;
    private int _end;

    internal ReadOnlySpan<byte> Unparsed => _array.AsSpan(_start, _end - _start);

    internal int UnparsedLength => _end - _start;

    internal int BodyLength => _bodyEnd - _bodyStart;

    internal int Size => _array.Length;

    /// <summary>The application is looking at the body: nothing of it may move.</summary>
    internal bool IsHeld { get; set; }

    internal ReadOnlySequence<byte> Body => new(_array, _bodyStart, BodyLength);

    internal void Skip(int count) => _start += count;

    /// <summary>The next bytes are body.</summary>
    internal void TakeBody(int count)
    {
        if (_bodyStart == _bodyEnd && !IsHeld)
        {
            _bodyStart = _bodyEnd = _start;
        }
        else if (_bodyEnd != _start)
        {
            Buffer.BlockCopy(_array, _start, _array, _bodyEnd, count);
        }

        _bodyEnd += count;
        _start += count;
    }

    internal void AppendBody(ReadOnlySpan<byte> more)
    {
        MakeRoom(more.Length);
        more.CopyTo(_array.AsSpan(_end));
        _end += more.Length;
        TakeBody(more.Length);
    }

    internal void ConsumeBody(long count) => _bodyStart += (int)count;

    internal void DropBody() => _bodyStart = _bodyEnd = _start;

    /// <summary>Where the next bytes go; at least that many fit.</summary>
    internal Memory<byte> Room(int least)
    {
        MakeRoom(least);
        return _array.AsMemory(_end);
    }

    internal void Received(int count) => _end += count;

    /// <summary>Forgets all. An idle connection keeps no memory.</summary>
    internal void Release()
    {
        if (_array.Length > 0 && !IsHeld)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = [];
        IsHeld = false;
        _bodyStart = _bodyEnd = _start = _end = 0;
    }

    private void MakeRoom(int least)
    {
        if (_array.Length - _end >= least)
        {
            return;
        }

        bool bodyIsEmpty = _bodyStart == _bodyEnd;
        int from = bodyIsEmpty && !IsHeld ? _start : _bodyStart;
        if (bodyIsEmpty && !IsHeld)
        {
            _bodyStart = _bodyEnd = _start;
        }

        int used = _end - from;
        byte[] to = _array;
        if (IsHeld || _array.Length - used < least)
        {
            to = ArrayPool<byte>.Shared.Rent(Math.Max(leastSize, Math.Max(used + least, IsHeld ? _array.Length * 2 : 0)));
        }

        Buffer.BlockCopy(_array, from, to, 0, used);
        if (!ReferenceEquals(to, _array) && _array.Length > 0 && !IsHeld)
        {
            ArrayPool<byte>.Shared.Return(_array); // one that the application looks at is left to the collector
        }

        _array = to;
        _bodyStart -= from;
        _bodyEnd -= from;
        _start -= from;
        _end -= from;
    }
}
