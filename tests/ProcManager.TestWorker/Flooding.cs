using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ProcManager.TestWorker;

/// <summary>What a worker writes that is broken, or not ours any more.</summary>
internal static unsafe partial class Flooding
{
    private const byte Shutdown = (byte)'Q'; // any worker may stop the pool

    internal static void Output(int mebibytes)
    {
        byte[] piece = new byte[1 << 20];
        Array.Fill(piece, (byte)'x');
        using Stream output = Console.OpenStandardOutput();
        for (int i = 0; i < mebibytes; i++)
        {
            output.Write(piece);
        }
    }

    /// <summary>Each byte but one, until the manager has closed its end.</summary>
    internal static void Lifeline()
    {
        // As it was when the process began; the library has taken it out of the environment.
        int descriptor = int.Parse(Regex.Match(File.ReadAllText("/proc/self/environ"), @"PROCMANAGER_WORKER=[^\0]*;lifeline=(\d+)").Groups[1].ValueSpan);
        byte[] bytes = new byte[4096];
        new Random(1).NextBytes(bytes);
        bytes.AsSpan().Replace(Shutdown, (byte)0);
        fixed (byte* first = bytes)
        {
            while (write(descriptor, first, (nuint)bytes.Length) > 0)
            {
            }
        }
    }

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* bytes, nuint count);
}
