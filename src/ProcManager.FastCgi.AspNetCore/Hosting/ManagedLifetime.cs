using Microsoft.Extensions.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>The host's life in a worker. The core hears the signals and the manager, and <see cref="FastCgiServer"/> stops the host; a second listener would stop it too early.</summary>
internal sealed class ManagedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
