using System.Runtime.InteropServices;

namespace ProcManager;

/// <summary>
/// Where the manager runs: Linux. Elsewhere a program works as one plain process, so that it can be developed there. The host setting <c>ProcManager.OtherSystem</c> (runtimeconfig.json) makes
/// Linux such a system, for tests: each call of the C library then fails as it would on a system that has none of this name.
/// </summary>
internal static class Platform
{
    private const string OtherSystem = "ProcManager.OtherSystem";

    internal static bool IsLinux { get; } = OperatingSystem.IsLinux() && !IsTakenForAnother();

    /// <summary>
    /// NativeAOT. The runtime's own switches do not tell: a project for NativeAOT has them off also when CoreCLR runs it, as in <c>dotnet run</c>. CoreCLR is always told which assemblies it may load.
    /// </summary>
    internal static bool IsCompiledAhead { get; } = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is null;

    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    internal static void ThrowIfNotLinux(string what, string instead)
    {
        if (!IsLinux)
        {
            throw new NotLinuxException($"{what} needs Linux; this is {RuntimeInformation.OSDescription}. {instead}");
        }
    }

    private static bool IsTakenForAnother()
    {
        bool isOn = AppContext.TryGetSwitch(OtherSystem, out bool on) && on;
        if (isOn)
        {
            Posix.OtherSystem.Pretend();
        }

        return isOn;
    }
}

/// <summary>Ours, so that a program that does not catch it ends with one line.</summary>
internal sealed class NotLinuxException(string message) : PlatformNotSupportedException(message);
