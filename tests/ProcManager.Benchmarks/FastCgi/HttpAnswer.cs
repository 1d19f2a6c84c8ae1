namespace ProcManager.Benchmarks.FastCgi;

/// <summary>What a web server makes of it; the length is announced, so that the connection can be kept.</summary>
internal sealed class HttpAnswer(Question question) : Answer(question)
{
    private bool _checked;

    internal override bool Take(ReadOnlySpan<byte> bytes)
    {
        TakeDocument(bytes);
        if (HasHead && !_checked)
        {
            string length = $"Content-Length: {Question.Body!.Length}\r\n";
            Check(Head.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal) && Head.Contains(length, StringComparison.OrdinalIgnoreCase), "a wrong head");
            _checked = true;
        }

        return HasBody;
    }

    protected override void Begin() => _checked = false;
}
