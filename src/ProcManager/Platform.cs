namespace ProcManager;

/// <summary>Where the library runs.</summary>
internal static class Platform
{
    internal static void ThrowIfUnsupported(bool isWindows)
    {
        if (isWindows)
        {
            throw new PlatformNotSupportedException(
                "ProcManager needs a Unix: processes with signals and inherited sockets. On Windows let IIS or a Windows service host the program, or run it in WSL or a Linux container.");
        }
    }
}
