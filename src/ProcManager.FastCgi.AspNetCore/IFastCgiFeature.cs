namespace ProcManager.FastCgi.AspNetCore;

/// <summary>What FastCGI knows of a request beyond HTTP: <c>context.Features.Get&lt;IFastCgiFeature&gt;()</c>.</summary>
public interface IFastCgiFeature
{
    /// <summary>What the web server wants.</summary>
    FastCgiRole Role { get; }

    /// <summary>All parameters as the web server sent them, such as <c>REMOTE_USER</c> or those of its configuration. Valid while the request is served.</summary>
    FastCgiParameters Parameters { get; }
}
