using System.Buffers.Binary;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>Records: STDOUT until its end, END_REQUEST that says all is well, and nothing after it.</summary>
internal sealed class FastCgiAnswer(Question question) : Answer(question)
{
    private const byte EndRequest = 3;
    private const byte Stdout = 6;
    private const int HeaderLength = 8;

    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _end = new byte[8];
    private int _headerLength;
    private int _content;
    private int _padding;
    private int _ended;

    internal override bool Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_headerLength < HeaderLength)
            {
                int part = Math.Min(HeaderLength - _headerLength, bytes.Length);
                bytes[..part].CopyTo(_header.AsSpan(_headerLength));
                bytes = bytes[part..];
                _headerLength += part;
                if (_headerLength < HeaderLength)
                {
                    break;
                }

                BeginRecord();
            }

            int content = Math.Min(_content, bytes.Length);
            TakeContent(bytes[..content]);
            _content -= content;
            bytes = bytes[content..];
            int padding = Math.Min(_padding, bytes.Length);
            _padding -= padding;
            bytes = bytes[padding..];
            if (_content == 0 && _padding == 0)
            {
                _headerLength = 0;
                if (_header[1] == EndRequest)
                {
                    Check(bytes.IsEmpty, "something after END_REQUEST");
                    Check(_ended == _end.Length && !_end.AsSpan(0, 5).ContainsAnyExcept((byte)0), "a status that is not 0 in END_REQUEST");
                    Check(HasBody, "too short a body");
                    return true;
                }
            }
        }

        return false;
    }

    protected override void Begin() => _headerLength = _content = _padding = _ended = 0;

    private void BeginRecord()
    {
        Check(_header is [1, Stdout or EndRequest, 0, 1, ..], $"a record {Convert.ToHexString(_header)}");
        _content = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(4));
        _padding = _header[6];
        Check(_header[1] == Stdout || _content == _end.Length, "an END_REQUEST of a wrong length");
    }

    private void TakeContent(ReadOnlySpan<byte> bytes)
    {
        if (_header[1] == Stdout)
        {
            TakeDocument(bytes);
        }
        else
        {
            bytes.CopyTo(_end.AsSpan(_ended));
            _ended += bytes.Length;
        }
    }
}
