using System.Globalization;
using System.Text;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>Reads one answer as its bytes come, and compares each with what it must be. Used again for the next one.</summary>
internal abstract class Answer(Question question)
{
    protected Question Question { get; } = question;

    private readonly byte[] _head = new byte[2048];
    private readonly byte[] _stamp = new byte[8];
    private readonly MemoryStream? _body = question.Body is null ? new MemoryStream() : null;
    private int _headLength;
    private int _headEnd;
    private int _bodyLength;

    /// <summary>The process that answered, by its own word.</summary>
    internal int Pid
    {
        get
        {
            string line = Head.Split("\r\n").First(static l => l.StartsWith("X-Pid: ", StringComparison.OrdinalIgnoreCase));
            return int.Parse(line.AsSpan(7), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Kept only when the question does not know it beforehand.</summary>
    internal string Text => Encoding.ASCII.GetString(_body!.ToArray());

    protected string Head => Encoding.ASCII.GetString(_head, 0, _headEnd);

    protected bool HasHead => _headEnd > 0;

    protected bool HasBody => HasHead && (Question.Body is null || _bodyLength == Question.Body.Length);

    internal void Begin(ReadOnlySpan<byte> stamp)
    {
        stamp.CopyTo(_stamp);
        _headLength = _headEnd = _bodyLength = 0;
        _body?.SetLength(0);
        Begin();
    }

    /// <summary>True: this was the last byte of it.</summary>
    internal abstract bool Take(ReadOnlySpan<byte> bytes);

    protected abstract void Begin();

    /// <summary>Head and body, as the program wrote them.</summary>
    protected void TakeDocument(ReadOnlySpan<byte> bytes)
    {
        if (!HasHead)
        {
            int room = Math.Min(_head.Length - _headLength, bytes.Length);
            bytes[..room].CopyTo(_head.AsSpan(_headLength));
            int end = _head.AsSpan(0, _headLength + room).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                _headLength += room;
                Check(_headLength < _head.Length, "no end of its head");
                return;
            }

            _headEnd = end + 2;
            bytes = bytes[(end + 4 - _headLength)..];
        }

        TakeBody(bytes);
    }

    protected void Check(bool right, string wrong)
    {
        if (!right)
        {
            throw new InvalidDataException($"An answer has {wrong}. Its head: \"{Encoding.ASCII.GetString(_head, 0, Math.Max(_headLength, _headEnd))}\"");
        }
    }

    private void TakeBody(ReadOnlySpan<byte> bytes)
    {
        if (Question.Body is not { } expected)
        {
            _body!.Write(bytes);
            return;
        }

        Check(_bodyLength + bytes.Length <= expected.Length, "a body that is too long");
        if (Question.StampAt >= 0 && _bodyLength < _stamp.Length)
        {
            int part = Math.Min(_stamp.Length - _bodyLength, bytes.Length);
            Check(bytes[..part].SequenceEqual(_stamp.AsSpan(_bodyLength, part)), "the body of another request");
            _bodyLength += part;
            bytes = bytes[part..];
        }

        Check(bytes.SequenceEqual(expected.AsSpan(_bodyLength, bytes.Length)), "a wrong body");
        _bodyLength += bytes.Length;
    }
}
