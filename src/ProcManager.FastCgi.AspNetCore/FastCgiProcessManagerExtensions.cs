using Microsoft.Extensions.Configuration;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore.Keys;
using ProcManager.Runtime;

namespace ProcManager;

/// <summary>Opens the listener of an ASP.NET Core application.</summary>
public static class FastCgiProcessManagerExtensions
{
    /// <summary>How many requests a worker of an ASP.NET Core application serves at once unless told otherwise: 64.</summary>
    public const int DefaultMaxConcurrentRequests = 64;

    /// <summary>
    /// Opens the FastCGI listener for an application that is built after <see cref="ProcessManager.Manage()"/>. As
    /// <see cref="FastCgiListener(ProcessManager, IConfiguration)"/>, but with a <see cref="FastCgiOptions.MaxConcurrentRequests"/> of
    /// <see cref="DefaultMaxConcurrentRequests"/>: an ASP.NET Core application gives its thread back while it waits. Without a section <c>FastCgi</c>, an address in code, or a listening socket as
    /// descriptor 0, the process count becomes 0 and Kestrel serves the application, as on a developer's machine. Manager and worker process.
    /// </summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="configuration">Its section <c>FastCgi</c> is read; besides the options' names, <c>Port</c> stands for a port on the loopback address. A worker uses what the manager has read. Null: descriptor 0 and the defaults.</param>
    /// <param name="configure">Sets options in code; what it sets wins.</param>
    /// <returns>The listener, for <see cref="Microsoft.AspNetCore.Hosting.FastCgiWebHostBuilderExtensions.UseFastCgi"/>. Dispose it when the application has ended.</returns>
    /// <exception cref="ProcManagerConfigurationException">An option is not allowed; the message names option, value and range.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> was called already.</exception>
    /// <exception cref="ProcManagerException">It cannot be bound, or the inherited descriptor is not a listening socket.</exception>
    public static FastCgiListener ListenFastCgi(this ProcessManager manager, IConfiguration? configuration = null, Action<FastCgiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        FastCgiOptions options = Defaults();
        if (configuration is not null)
        {
            FastCgiConfiguration.Read(ProcessManager.InUse(configuration, FastCgiOptions.SectionName), options);
        }

        configure?.Invoke(options);
        if (manager.Role != ProcessRole.Worker && !IsAsked(configuration, options))
        {
            manager.Options.ProcessCount = 0; // several processes could not all have Kestrel's port
            return FastCgiListener.None(manager);
        }

        if (manager.Role == ProcessRole.Manager)
        {
            KeyFolder.HandToWorkers(manager.Options.PidFile, WorkerIdentity.Of(manager.Options)?.Credentials);
        }
        else
        {
            KeyFolder.TakeFromManager();
        }

        var listener = new FastCgiListener(manager, options);
        if (configuration is not null && manager.Role != ProcessRole.Worker) // a worker need not read it twice
        {
            manager.ReadAtReload(new FastCgiPart(configuration, FastCgiConfiguration.Read(configuration, Defaults()), Defaults));
        }

        return listener;
    }

    private static FastCgiOptions Defaults() => new() { MaxConcurrentRequests = DefaultMaxConcurrentRequests };

    private static bool IsAsked(IConfiguration? configuration, FastCgiOptions options) =>
        configuration?.GetSection(FastCgiOptions.SectionName).Exists() == true
        || options is not { EndPoint: null, SocketPath: null, InheritedDescriptor: null }
        || (Platform.IsLinux && Posix.Descriptors.IsListening(0)); // a web server or spawn-fcgi has started this program
}
