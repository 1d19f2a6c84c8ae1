namespace ProcManager.FastCgi;

/// <summary>What the web server wants of the program, FastCGI specification 6.</summary>
public enum FastCgiRole
{
    /// <summary>An answer to an HTTP request: what CGI programs do.</summary>
    Responder = 1,

    /// <summary>Whether an HTTP request is allowed: status 200 allows it, anything else is the answer. There is no body.</summary>
    Authorizer = 2,

    /// <summary>A file of the web server's, from <see cref="FastCgiRequest.Data"/>, changed on its way to the client.</summary>
    Filter = 3,
}
