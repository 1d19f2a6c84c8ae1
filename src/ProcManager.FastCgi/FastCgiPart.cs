using Microsoft.Extensions.Configuration;
using ProcManager.Settings;

namespace ProcManager.FastCgi;

/// <summary>The section <c>FastCgi</c> at a reload. The manager hands it to new workers, which use it; here it is checked before, and a change of the address is told, which the manager cannot make.</summary>
internal sealed class FastCgiPart(IConfiguration configuration, FastCgiOptions first, Func<FastCgiOptions> defaults) : ConfigurationPart(configuration, FastCgiOptions.SectionName, [nameof(FastCgiOptions.Listen), nameof(FastCgiOptions.SocketPath), FastCgiConfiguration.Port])
{
    private readonly FastCgiOptions _atStart = first;
    private FastCgiOptions _before = first;

    protected override ConfigurationChange ReadSection()
    {
        FastCgiOptions now = FastCgiConfiguration.Read(Configuration, defaults());
        (_, List<string> changed, List<string> restart) = ConfigurationChange.Between(FastCgiOptions.SectionName, _before, now, FastCgiSettings.All);
        (_, _, List<string> listen) = ConfigurationChange.Between($"{FastCgiOptions.SectionName}:{nameof(FastCgiOptions.Listen)}", _atStart.Listen, now.Listen, FastCgiSettings.Listen);
        restart.AddRange(listen);
        if (AddressOf(_atStart) != AddressOf(now) && _atStart.SocketPath == now.SocketPath)
        {
            restart.Add($"{FastCgiOptions.SectionName}:{nameof(FastCgiOptions.Listen)} from {AddressOf(_atStart)} to {AddressOf(now)}");
        }

        if (!_before.AllowedAddresses.SequenceEqual(now.AllowedAddresses))
        {
            changed.Add($"{FastCgiOptions.SectionName}:{nameof(FastCgiOptions.AllowedAddresses)}");
        }

        return new ConfigurationChange(changed, restart, () =>
        {
            now.SocketPath = _atStart.SocketPath; // told again at the next reload
            _before = now;
        });
    }

    private static string AddressOf(FastCgiOptions options) => options.SocketPath ?? options.EndPoint?.ToString() ?? $"fd:{options.InheritedDescriptor ?? 0}";
}
