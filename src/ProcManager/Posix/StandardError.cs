using System.Text;

namespace ProcManager.Posix;

/// <summary>Where messages go when the host has no logger: one write(2) a line, so that lines of several processes do not mix.</summary>
internal static unsafe class StandardError
{
    internal static void WriteLine(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        fixed (byte* p = bytes)
        {
            // Nobody reads it, or the disk is full: there is no other place to say so.
            _ = LibC.write(2, p, (nuint)bytes.Length);
        }
    }
}
