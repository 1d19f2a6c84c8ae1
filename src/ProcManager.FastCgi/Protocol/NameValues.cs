using System.Buffers.Binary;

namespace ProcManager.FastCgi.Protocol;

/// <summary>Name-value pairs, FastCGI specification 3.4: lengths up to 127 are one byte, others four with the top bit set.</summary>
internal static class NameValues
{
    /// <summary>Where the next pair's parts are. False: the bytes end within the pair. Lengths are added as 64-bit numbers: they come from a stranger.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> from, ref int at, out Range name, out Range value)
    {
        name = value = default;
        int next = at;
        if (!TryReadLength(from, ref next, out long nameLength) || !TryReadLength(from, ref next, out long valueLength)
            || nameLength + valueLength > from.Length - next)
        {
            return false;
        }

        int middle = next + (int)nameLength;
        int end = middle + (int)valueLength;
        name = next..middle;
        value = middle..end;
        at = end;
        return true;
    }

    internal static int Write(Span<byte> to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int at = WriteLength(to, name.Length);
        at += WriteLength(to[at..], value.Length);
        name.CopyTo(to[at..]);
        at += name.Length;
        value.CopyTo(to[at..]);
        return at + value.Length;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> from, ref int at, out long length)
    {
        length = 0;
        if (at >= from.Length)
        {
            return false;
        }

        if (from[at] < 128)
        {
            length = from[at++];
            return true;
        }

        if (from.Length - at < 4)
        {
            return false;
        }

        length = BinaryPrimitives.ReadUInt32BigEndian(from[at..]) & 0x7fff_ffff;
        at += 4;
        return true;
    }

    private static int WriteLength(Span<byte> to, int length)
    {
        if (length < 128)
        {
            to[0] = (byte)length;
            return 1;
        }

        BinaryPrimitives.WriteUInt32BigEndian(to, (uint)length | 0x8000_0000);
        return 4;
    }
}
