namespace ProcManager.FastCgi;

/// <summary>The variables of RFC 3875 by name. Each is looked up when it is asked for; empty text when the web server sent none.</summary>
public sealed partial class FastCgiRequest
{
    /// <summary><c>REQUEST_METHOD</c>, such as <c>GET</c>.</summary>
    public string Method => Text("REQUEST_METHOD");

    /// <summary><c>REQUEST_URI</c>: path and query as the client sent them.</summary>
    public string RequestUri => Text("REQUEST_URI");

    /// <summary><c>SCRIPT_NAME</c>: the part of the path that led to this program.</summary>
    public string ScriptName => Text("SCRIPT_NAME");

    /// <summary><c>SCRIPT_FILENAME</c>: the file behind <see cref="ScriptName"/>, as the web server maps it.</summary>
    public string ScriptFileName => Text("SCRIPT_FILENAME");

    /// <summary><c>PATH_INFO</c>: the rest of the path.</summary>
    public string PathInfo => Text("PATH_INFO");

    /// <summary><c>QUERY_STRING</c>, without the question mark.</summary>
    public string QueryString => Text("QUERY_STRING");

    /// <summary><c>CONTENT_TYPE</c> of the body.</summary>
    public string ContentType => Text("CONTENT_TYPE");

    /// <summary><c>CONTENT_LENGTH</c> in bytes; null when unknown: then the body ends where <see cref="Stdin"/> ends.</summary>
    public long? ContentLength => Current.ContentLength;

    /// <summary><c>REMOTE_ADDR</c>: the client's address.</summary>
    public string RemoteAddress => Text("REMOTE_ADDR");

    /// <summary><c>REMOTE_PORT</c>; 0 when unknown.</summary>
    public int RemotePort => int.TryParse(Text("REMOTE_PORT"), out int port) ? port : 0;

    /// <summary><c>SERVER_NAME</c>.</summary>
    public string ServerName => Text("SERVER_NAME");

    /// <summary><c>SERVER_PORT</c>; 0 when unknown.</summary>
    public int ServerPort => int.TryParse(Text("SERVER_PORT"), out int port) ? port : 0;

    /// <summary><c>SERVER_PROTOCOL</c>, such as <c>HTTP/1.1</c>.</summary>
    public string ServerProtocol => Text("SERVER_PROTOCOL");

    /// <summary><c>HTTPS</c> is set and not <c>off</c>.</summary>
    public bool IsHttps => Text("HTTPS") is { Length: > 0 } value && !value.Equals("off", StringComparison.OrdinalIgnoreCase);

    private string Text(string name) => Current.Parameters[name] ?? "";
}
