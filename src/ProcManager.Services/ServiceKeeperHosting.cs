using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services;

/// <summary>A keeper in a host, for side-cars that must be up while the host is.</summary>
public static class ServiceKeeperHosting
{
    /// <summary>
    /// Adds a keeper that starts and stops with the host: foreground services end with it, detached ones stay. It is a service of the host as well (<see cref="ServiceKeeper"/>), and tells every
    /// <see cref="IServiceNotifier"/> that is registered.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Fills the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceKeeper(this IServiceCollection services, Action<ServiceKeeperOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ServiceKeeperOptions();
        configure(options);
        return services.AddServiceKeeper(options);
    }

    /// <summary>As <see cref="AddServiceKeeper(IServiceCollection, Action{ServiceKeeperOptions})"/>, with options that were read from a file.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="options">The options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceKeeper(this IServiceCollection services, ServiceKeeperOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        object key = new(); // a host may have several keepers, and each is started once
        services.AddKeyedSingleton(key, (provider, _) => new ServiceKeeper(options, provider.GetService<ILoggerFactory>(), provider.GetServices<IServiceNotifier>()));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<ServiceKeeper>(key));
        return services.AddSingleton<IHostedService>(provider => new HostedKeeper(provider.GetRequiredKeyedService<ServiceKeeper>(key)));
    }

    private sealed class HostedKeeper(ServiceKeeper keeper) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.Run(keeper.Start, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => keeper.StopAsync(cancellationToken);
    }
}
