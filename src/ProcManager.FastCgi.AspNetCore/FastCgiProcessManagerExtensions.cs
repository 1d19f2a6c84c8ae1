using Microsoft.Extensions.Configuration;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore.Keys;

namespace ProcManager;

/// <summary>Opens the listener of an ASP.NET Core application.</summary>
public static class FastCgiProcessManagerExtensions
{
    /// <summary>How many requests a worker of an ASP.NET Core application serves at once unless told otherwise: 64.</summary>
    public const int DefaultMaxConcurrentRequests = 64;

    /// <summary>
    /// Opens the FastCGI listener for an application that is built after <see cref="ProcessManager.Manage()"/>. As
    /// <see cref="FastCgiListener(ProcessManager, IConfiguration)"/>, but with a <see cref="FastCgiOptions.MaxConcurrentRequests"/> of
    /// <see cref="DefaultMaxConcurrentRequests"/>: an ASP.NET Core application gives its thread back while it waits. Manager and worker process.
    /// </summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="configuration">Its section <c>FastCgi</c> is read; besides the options' names, <c>Port</c> stands for a port on the loopback address. Null: descriptor 0 and the defaults.</param>
    /// <param name="configure">Sets options in code; what it sets wins.</param>
    /// <returns>The listener, for <see cref="Microsoft.AspNetCore.Hosting.FastCgiWebHostBuilderExtensions.UseFastCgi"/>. Dispose it when the application has ended.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is not allowed; the message names option, value and range.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> was called already.</exception>
    /// <exception cref="ProcManagerException">It cannot be bound, descriptor 0 is not a listening socket, or the section has a key that is no option.</exception>
    public static FastCgiListener ListenFastCgi(this ProcessManager manager, IConfiguration? configuration = null, Action<FastCgiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        var options = new FastCgiOptions { MaxConcurrentRequests = DefaultMaxConcurrentRequests };
        if (configuration is not null)
        {
            FastCgiConfiguration.Read(configuration, options);
        }

        configure?.Invoke(options);
        if (manager.Role == ProcessRole.Manager)
        {
            KeyFolder.HandToWorkers(manager.Options.PidFile);
        }
        else
        {
            KeyFolder.TakeFromManager();
        }

        return new FastCgiListener(manager, options);
    }
}
