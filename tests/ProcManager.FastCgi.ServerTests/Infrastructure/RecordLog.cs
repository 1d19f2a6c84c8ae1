using System.Buffers.Binary;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>The head of a FastCGI record: specification section 3.3.</summary>
internal readonly record struct FastCgiRecord(byte Type, int Id, int Length)
{
    internal const byte BeginRequest = 1;
    internal const byte AbortRequest = 2;
    internal const byte EndRequest = 3;
    internal const byte Stdin = 5;
    internal const byte GetValues = 9;
    internal const byte GetValuesResult = 10;
}

/// <summary>Cuts bytes into records as they come.</summary>
internal sealed class RecordLog(Action<FastCgiRecord> seen)
{
    private const int HeadSize = 8;

    private readonly List<FastCgiRecord> _records = [];
    private readonly byte[] _head = new byte[HeadSize];
    private int _headSize;
    private int _skip;
    private int _padding;
    private long _bodyBytes;

    internal IReadOnlyList<FastCgiRecord> Records
    {
        get
        {
            lock (_records)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>How much of requests' bodies went through.</summary>
    internal long BodyBytes
    {
        get
        {
            lock (_records)
            {
                return _bodyBytes;
            }
        }
    }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_records)
        {
            while (!bytes.IsEmpty)
            {
                if (_skip > 0)
                {
                    int skipped = Math.Min(_skip, bytes.Length);
                    _bodyBytes += _records[^1].Type == FastCgiRecord.Stdin ? Math.Clamp(_skip - _padding, 0, skipped) : 0;
                    _skip -= skipped;
                    bytes = bytes[skipped..];
                    continue;
                }

                int taken = Math.Min(HeadSize - _headSize, bytes.Length);
                bytes[..taken].CopyTo(_head.AsSpan(_headSize));
                _headSize += taken;
                bytes = bytes[taken..];
                if (_headSize == HeadSize)
                {
                    int length = BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(4));
                    var record = new FastCgiRecord(_head[1], BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)), length);
                    _records.Add(record);
                    seen(record);
                    _padding = _head[6];
                    _skip = length + _padding;
                    _headSize = 0;
                }
            }
        }
    }
}
