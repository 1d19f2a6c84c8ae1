using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <summary>Makes this process one on a system without our C library: each call of it fails. For tests of what works there.</summary>
internal static class OtherSystem
{
    internal static void Pretend() => NativeLibrary.SetDllImportResolver(
        typeof(OtherSystem).Assembly,
        static (library, _, _) => throw new DllNotFoundException($"{library} was asked for, but this process is taken for one on another system."));
}
