using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProcManager.FastCgi.AspNetCore.Hosting;
using ProcManager.Posix;

namespace ProcManager.FastCgi.AspNetCore.Keys;

/// <summary>
/// Makes the workers of a pool one application for data protection: the same keys, under a name that a new release folder does not change. What the application has set
/// itself stays. Nothing happens in an application that does not use data protection.
/// </summary>
internal sealed class SharedKeys(IServiceProvider services, IHostEnvironment environment, ILoggerFactory logs)
    : IPostConfigureOptions<KeyManagementOptions>, IPostConfigureOptions<DataProtectionOptions>, IHostedLifecycleService
{
    internal static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<SharedKeys>();
        services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>>(static s => s.GetRequiredService<SharedKeys>());
        services.AddSingleton<IPostConfigureOptions<DataProtectionOptions>>(static s => s.GetRequiredService<SharedKeys>());
        services.AddSingleton<IHostedService>(static s => s.GetRequiredService<SharedKeys>());
    }

    void IPostConfigureOptions<KeyManagementOptions>.PostConfigure(string? name, KeyManagementOptions options)
    {
        if (options.XmlRepository is null && KeyFolder.OfManager is { IsOfHome: false } folder)
        {
            options.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(folder.Path), logs);
        }
    }

    // Unless it is set, ASP.NET Core takes the content root for the name: the next release's folder is another application, and all are signed out.
    void IPostConfigureOptions<DataProtectionOptions>.PostConfigure(string? name, DataProtectionOptions options)
    {
        if (options.ApplicationDiscriminator is null || IsContentRoot(options.ApplicationDiscriminator))
        {
            options.ApplicationDiscriminator = environment.ApplicationName;
        }
    }

    /// <summary>Workers that start at the same moment would each make a key of their own. So they look one after the other, and the first worker makes the key.</summary>
    async Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken)
    {
        if (KeyFolder.OfManager is not { } folder || services.GetService<IDataProtectionProvider>() is not { } provider)
        {
            return;
        }

        try
        {
            await Task.Run(() => MakeKey(folder.Path, provider), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            ServerLog.NoKeyMade(logs.CreateLogger<FastCgiServer>(), e, folder.Path); // the application meets the failure again when it needs a key
        }
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void MakeKey(string folder, IDataProtectionProvider provider)
    {
        using var file = new FileStream(Path.Combine(folder, ".lock"), new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        _ = Descriptors.Lock((int)file.SafeFileHandle.DangerousGetHandle());
        _ = provider.CreateProtector("ProcManager").Protect([1]); // reads the keys, and makes one when none is there
    }

    private bool IsContentRoot(string name) =>
        Path.TrimEndingDirectorySeparator(name) == Path.TrimEndingDirectorySeparator(environment.ContentRootPath);
}
