namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>
/// How often a test repeats the same thing. A start takes ten times the processor time on CoreCLR, so the long repetitions run with the programs that NativeAOT has compiled.
/// </summary>
internal static class Volume
{
#if NATIVE_AOT
    private const bool IsNativeAot = true;
#else
    private const bool IsNativeAot = false;
#endif

    /// <summary>Between two requests of a load: on CoreCLR a pause, for clients that take a whole processor make each start several times slower.</summary>
    internal static Task Breathe() => IsNativeAot ? Task.CompletedTask : Task.Delay(2);

    internal static int Of(int nativeAot, int coreClr) => IsNativeAot ? nativeAot : coreClr;
}
