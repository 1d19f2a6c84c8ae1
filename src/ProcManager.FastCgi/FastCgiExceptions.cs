namespace ProcManager.FastCgi;

/// <summary>The rest of a request's body will never come: the web server has aborted the request or closed the connection.</summary>
public class FastCgiAbortedException : IOException
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What happened.</param>
    public FastCgiAbortedException(string message)
        : base(message)
    {
    }
}

/// <summary>The request broke a limit while its body was read: it is larger than <see cref="FastCgiOptions.MaxBodySize"/>, or nothing came for <see cref="FastCgiOptions.BodyTimeout"/>. When nothing was written yet, the answer becomes <see cref="StatusCode"/>.</summary>
public class FastCgiBadRequestException : IOException
{
    /// <summary>Creates it.</summary>
    /// <param name="message">Which limit, with the numbers.</param>
    /// <param name="statusCode">The HTTP status that says so.</param>
    public FastCgiBadRequestException(string message, int statusCode)
        : base(message) => StatusCode = statusCode;

    /// <summary>The HTTP status that says so, 413 or 408.</summary>
    public int StatusCode { get; }
}
