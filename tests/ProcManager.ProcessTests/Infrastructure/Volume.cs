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

    /// <summary>Between two requests of a load: a pause, for clients that take a whole processor make each start several times slower. With NativeAOT requests come in bursts.</summary>
    internal static Task Breathe() => IsNativeAot && Random.Shared.Next(8) > 0 ? Task.CompletedTask : Task.Delay(2);

    internal static int Of(int nativeAot, int coreClr) => IsNativeAot ? nativeAot : coreClr;
}
