using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore.Hosting;
using ProcManager.FastCgi.AspNetCore.Keys;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Runs an ASP.NET Core application over FastCGI.</summary>
public static class FastCgiWebHostBuilderExtensions
{
    /// <summary>
    /// Serves the application over FastCGI instead of HTTP. It takes a listener, not a manager, because the socket has to be there before
    /// <see cref="ProcessManager.Manage()"/> and the application must not be built in the manager's process, so it has to be built after:
    /// <code>
    /// using var manager = new ProcessManager(configuration);
    /// using FastCgiListener fastCgi = manager.ListenFastCgi(configuration);
    /// manager.Manage();                                   // the manager stays in here; each worker comes back
    /// WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    /// builder.WebHost.UseFastCgi(fastCgi);
    /// </code>
    /// In a worker the host is stopped by the manager (TERM, HUP, the request limit, the manager's death): <c>ApplicationStopping</c> fires at once, requests
    /// under way and those the web server has sent already are answered, and the process ends. The host's own handling of Ctrl-C and TERM, and its lines
    /// about it, are left out there; in a plain process (a process count of 0) they stay. <see cref="HostOptions.ShutdownTimeout"/>, where it is
    /// still the host's default of 30 s, becomes the manager's <see cref="ProcessManagerOptions.DieTimeout"/> less a tenth (at most 2 s), in which what is given up can still end well. Settings for addresses (<c>urls</c>, <c>ASPNETCORE_HTTP_PORTS</c>) have no effect.
    /// When the listener does not listen (<see cref="FastCgiListener.IsListening"/>) Kestrel stays, and a line says so. <see cref="ProcessManager"/> and <see cref="ScoreboardView"/> can be injected.
    /// The manager's messages in this process go to the application's loggers (categories <c>ProcManager</c> and <c>ProcManager.FastCgi</c>) while the host lives, unless the manager was made with a logger.
    /// </summary>
    /// <param name="builder">The web host's builder.</param>
    /// <param name="listener">The listener; it is the caller's, to be disposed when the application has ended.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IWebHostBuilder UseFastCgi(this IWebHostBuilder builder, FastCgiListener listener)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(listener);
        ProcessManager manager = listener.Manager;
        return builder.ConfigureServices(services =>
        {
            services.TryAddSingleton(manager);
            services.TryAddSingleton(manager.Scoreboard);
            services.AddSingleton(provider => new HostLog(manager, provider.GetRequiredService<ILoggerFactory>()));
            if (!listener.IsListening)
            {
                services.AddHostedService(static provider => WithHostLog<PlainKestrel>(provider));
                return;
            }

            services.AddSingleton<IServer>(provider => WithHostLog<FastCgiServer>(provider, listener));
            if (manager.Role == ProcessRole.Worker && !manager.Options.NoSignals)
            {
                services.AddSingleton<IHostLifetime, ManagedLifetime>();
            }

            if (manager.Role == ProcessRole.Worker)
            {
                SharedKeys.AddTo(services);
                services.Configure<HostOptions>(host => host.ShutdownTimeout = host.ShutdownTimeout == HostDefault ? JustBelow(manager.Options.DieTimeout) : host.ShutdownTimeout);
            }
        });
    }

    // The server's first message is the application's already.
    private static T WithHostLog<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(IServiceProvider provider, params object[] arguments)
    {
        _ = provider.GetRequiredService<HostLog>();
        return ActivatorUtilities.CreateInstance<T>(provider, arguments);
    }

    private static TimeSpan HostDefault => TimeSpan.FromSeconds(30);

    private static TimeSpan JustBelow(TimeSpan? dieTimeout) => dieTimeout is { } die
        ? die - TimeSpan.FromTicks(Math.Min(die.Ticks / 10, 2 * TimeSpan.TicksPerSecond))
        : Timeout.InfiniteTimeSpan;
}
