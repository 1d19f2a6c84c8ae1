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

    internal static (string? Text, string? Client) Request(byte* slot)
    {
        byte* text = stackalloc byte[Layout.TextSize];
        byte* client = stackalloc byte[Layout.ClientSize];
        for (int i = 0; i < Attempts; i++)
        {
            int version = Volatile.Read(ref *(int*)(slot + Layout.RequestVersionAt));
            int textLength = *(int*)(slot + Layout.TextLengthAt);
            int clientLength = *(int*)(slot + Layout.ClientLengthAt);
            Buffer.MemoryCopy(slot + Layout.TextAt, text, Layout.TextSize, Layout.TextSize);
            Buffer.MemoryCopy(slot + Layout.ClientAt, client, Layout.ClientSize, Layout.ClientSize);
            Thread.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref *(int*)(slot + Layout.RequestVersionAt)))
            {
                return (Text(text, textLength, Layout.TextSize), Text(client, clientLength, Layout.ClientSize));
            }

            Thread.SpinWait(20);
        }

        return (null, null); // its writer died in the middle
    }

    internal static string? Text(byte* bytes, int length, int size) =>
        length is > 0 && length <= size ? Encoding.UTF8.GetString(bytes, length) : null;
}
