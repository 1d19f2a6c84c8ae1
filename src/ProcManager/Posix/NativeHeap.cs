namespace ProcManager.Posix;

/// <summary>The C library's heap, which keeps what was freed.</summary>
internal static class NativeHeap
{
    /// <summary>Gives free memory back to the kernel; see malloc_trim(3), which only glibc has.</summary>
    internal static void Trim()
    {
        try
        {
            _ = LibC.malloc_trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // musl and macOS give it back by themselves, or not at all
        }
    }
}
