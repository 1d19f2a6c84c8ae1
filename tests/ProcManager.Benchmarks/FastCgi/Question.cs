using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// One request, again and again: its bytes, and what the body of the answer must be. A body begins with a stamp, another one each
/// time, so that an answer to somebody else's request is noticed.
/// </summary>
internal sealed class Question
{
    /// <summary>What every program under measurement answers to "/".</summary>
    internal static readonly byte[] Hello = MakeHello();

    private const int BodyRecord = 32 * 1024; // the size nginx cuts a body into

    private Question(byte[] bytes, int stampAt, byte[]? answer, bool keep, Func<Question, Answer> reader)
    {
        Bytes = bytes;
        StampAt = stampAt;
        Body = answer;
        Keep = keep;
        NewAnswer = () => reader(this);
    }

    internal byte[] Bytes { get; }

    /// <summary>Where in <see cref="Bytes"/> the body's first 8 bytes are; -1 without a body.</summary>
    internal int StampAt { get; }

    /// <summary>Null: any.</summary>
    internal byte[]? Body { get; }

    /// <summary>Further requests on the same connection.</summary>
    internal bool Keep { get; }

    internal Func<Answer> NewAnswer { get; }

    /// <summary>As nginx sends it with the parameters of its own default file.</summary>
    internal static Question FastCgi(string path, string script, bool keep, byte[]? body = null, byte[]? answer = null)
    {
        using var bytes = new MemoryStream();
        Record(bytes, 1, [0, 1, (byte)(keep ? 1 : 0), 0, 0, 0, 0, 0]); // BEGIN_REQUEST, Responder, KEEP_CONN or not
        Record(bytes, 4, Parameters(path, script, body)); // PARAMS, in one record
        Record(bytes, 4, []);
        int stampAt = body is null ? -1 : (int)bytes.Length + 8;
        for (int i = 0; i < body?.Length; i += BodyRecord)
        {
            Record(bytes, 5, body.AsSpan(i, Math.Min(BodyRecord, body.Length - i))); // STDIN
        }

        Record(bytes, 5, []);
        return new Question(bytes.ToArray(), stampAt, answer ?? body, keep, static q => new FastCgiAnswer(q));
    }

    /// <summary>To a web server, on a kept connection.</summary>
    internal static Question Http(string path, byte[] answer) =>
        new(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: benchmark\r\n\r\n"), -1, answer, keep: true, static q => new HttpAnswer(q));

    private static byte[] MakeHello()
    {
        byte[] hello = new byte[100];
        for (int i = 0; i < 99; i++)
        {
            hello[i] = (byte)('a' + (i % 26));
        }

        hello[99] = (byte)'\n';
        return hello;
    }

    private static byte[] Parameters(string path, string script, byte[]? body)
    {
        using var pairs = new MemoryStream();
        foreach ((string name, string value) in new (string, string)[]
        {
            ("SCRIPT_FILENAME", script),
            ("QUERY_STRING", ""),
            ("REQUEST_METHOD", body is null ? "GET" : "POST"),
            ("CONTENT_TYPE", body is null ? "" : "application/octet-stream"),
            ("CONTENT_LENGTH", body?.Length.ToString(CultureInfo.InvariantCulture) ?? ""),
            ("SCRIPT_NAME", path),
            ("REQUEST_URI", path),
            ("DOCUMENT_URI", path),
            ("DOCUMENT_ROOT", "/var/www/html"),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REQUEST_SCHEME", "http"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("SERVER_SOFTWARE", "nginx/1.22.1"),
            ("REMOTE_ADDR", "127.0.0.1"),
            ("REMOTE_PORT", "54321"),
            ("SERVER_ADDR", "127.0.0.1"),
            ("SERVER_PORT", "80"),
            ("SERVER_NAME", "_"),
            ("REDIRECT_STATUS", "200"),
            ("HTTP_HOST", "localhost"),
            ("HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
            ("HTTP_ACCEPT", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        })
        {
            pairs.WriteByte((byte)name.Length); // all are below 128 bytes
            pairs.WriteByte((byte)value.Length);
            pairs.Write(Encoding.ASCII.GetBytes(name + value));
        }

        return pairs.ToArray();
    }

    private static void Record(MemoryStream to, byte type, ReadOnlySpan<byte> content)
    {
        int padding = -content.Length & 7;
        Span<byte> head = [1, type, 0, 1, 0, 0, (byte)padding, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[4..], (ushort)content.Length);
        to.Write(head);
        to.Write(content);
        to.Write(stackalloc byte[padding]);
    }
}
