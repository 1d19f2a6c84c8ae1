using System.Text;

namespace ProcManager.Scoreboard;

/// <summary>Reads what another process writes: copies under the version, and believes no length it finds.</summary>
internal static unsafe class SlotReader
{
    private const int Attempts = 100;

    internal static long Finished(byte* slot)
    {
        ulong number = Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt));
        return (long)(number / 2) + Math.Max(0, Volatile.Read(ref *(long*)(slot + Layout.FinishedAt)));
    }

    internal delegate T Copy<T>(byte* slot, T otherwise);

    /// <summary>What the copy gives, taken while nobody wrote; <paramref name="otherwise"/> when its writer died in the middle.</summary>
    internal static T Versioned<T>(byte* slot, T otherwise, Copy<T> copy)
    {
        for (int i = 0; i < Attempts; i++)
        {
            int version = Volatile.Read(ref *(int*)(slot + Layout.RequestVersionAt));
            T copied = copy(slot, otherwise);
            Thread.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref *(int*)(slot + Layout.RequestVersionAt)))
            {
                return copied;
            }

            Thread.SpinWait(20);
        }

        return otherwise;
    }

    /// <summary>The text of the request under way. One that was given no text has none: what an earlier one left is not shown.</summary>
    internal static (string? Text, string? Client) Request(byte* slot) => Versioned<(string? Text, string? Client)>(slot, default, static (slot, none) =>
    {
        // Copied first: text that changes while it is decoded could be longer than it was measured.
        byte* text = stackalloc byte[Layout.TextSize];
        byte* client = stackalloc byte[Layout.ClientSize];
        int textLength = *(int*)(slot + Layout.TextLengthAt);
        int clientLength = *(int*)(slot + Layout.ClientLengthAt);
        ulong key = *(ulong*)(slot + Layout.TextKeyAt);
        Buffer.MemoryCopy(slot + Layout.TextAt, text, Layout.TextSize, Layout.TextSize);
        Buffer.MemoryCopy(slot + Layout.ClientAt, client, Layout.ClientSize, Layout.ClientSize);
        return key == Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt)) || (key & Layout.ScopeBit) != 0
            ? (Text(text, textLength, Layout.TextSize), Text(client, clientLength, Layout.ClientSize))
            : none;
    });

    internal static string? Text(byte* bytes, int length, int size) =>
        length is > 0 && length <= size ? Encoding.UTF8.GetString(bytes, length) : null;
}
