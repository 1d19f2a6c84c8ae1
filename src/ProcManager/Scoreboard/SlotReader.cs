using System.Text;

namespace ProcManager.Scoreboard;

/// <summary>Reads what another process writes: copies under the version, and believes no length it finds.</summary>
internal static unsafe class SlotReader
{
    private const int Attempts = 100;

    /// <summary>No worker handles more requests; a larger number is nonsense, and the sum over all slots must not overflow.</summary>
    internal const long MaxRequests = 1L << 48;

    internal static long Finished(byte* slot)
    {
        ulong number = Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt));
        return Math.Min((long)(number / 2), MaxRequests) + Math.Clamp(Volatile.Read(ref *(long*)(slot + Layout.FinishedAt)), 0, MaxRequests);
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

    /// <summary>The text of the request that is shown: that of PreDispatch, or else of the scopes the oldest, and a long one only when there is no other.</summary>
    internal static (string? Text, string? Client) Request(byte* slot) => Versioned<(string? Text, string? Client)>(slot, default, static (slot, _) =>
        (*(ulong*)(slot + Layout.RequestNumberAt) & 1) != 0 && Dispatched(slot) is { Text: not null } or { Client: not null } ? Dispatched(slot)
        : *(ulong*)(slot + Layout.OldestScopeAt) != 0 ? Text(slot + Layout.OldestTextAt)
        : *(ulong*)(slot + Layout.OwnScopeAt) != 0 ? Text(slot + Layout.OwnTextAt)
        : *(ulong*)(slot + Layout.LongScopeAt) != 0 ? Text(slot + Layout.LongTextAt)
        : default);

    /// <summary>The text of one certain request.</summary>
    internal static (string? Text, string? Client) Request(byte* slot, ulong number, bool isScope) =>
        number == 0 ? default
        : !isScope ? Versioned<(string? Text, string? Client)>(slot, default, (slot, none) => *(ulong*)(slot + Layout.RequestNumberAt) == number ? Dispatched(slot) : none)
        : Versioned<(string? Text, string? Client)>(slot, default, (slot, none) =>
            *(ulong*)(slot + Layout.OldestScopeAt) == number ? Text(slot + Layout.OldestTextAt)
            : *(ulong*)(slot + Layout.OwnScopeAt) == number ? Text(slot + Layout.OwnTextAt)
            : *(ulong*)(slot + Layout.LongScopeAt) == number ? Text(slot + Layout.LongTextAt)
            : none);

    // One that was given no text has none: what an earlier one left is not shown.
    private static (string? Text, string? Client) Dispatched(byte* slot) =>
        *(ulong*)(slot + Layout.DispatchTextAt + Layout.TextWhose) == Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt)) ? Text(slot + Layout.DispatchTextAt) : default;

    private static (string? Text, string? Client) Text(byte* at)
    {
        // Copied first: text that changes while it is decoded could be longer than it was measured.
        byte* copy = stackalloc byte[Layout.TextSize + Layout.ClientSize];
        int textLength = *(int*)(at + Layout.TextLength);
        int clientLength = *(int*)(at + Layout.ClientLength);
        Buffer.MemoryCopy(at + Layout.Text, copy, Layout.TextSize + Layout.ClientSize, Layout.TextSize + Layout.ClientSize);
        return (Text(copy, textLength, Layout.TextSize), Text(copy + Layout.TextSize, clientLength, Layout.ClientSize));
    }

    internal static string? Text(byte* bytes, int length, int size) =>
        length is > 0 && length <= size ? Encoding.UTF8.GetString(bytes, length) : null;
}
