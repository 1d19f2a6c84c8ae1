using System.Runtime.InteropServices;
using System.Text;

namespace ProcManager.Posix;

/// <summary>A NULL-terminated array of C strings in one block of native memory.</summary>
internal readonly unsafe struct NativeStrings : IDisposable
{
    internal NativeStrings(IReadOnlyList<string> strings)
    {
        nuint table = (nuint)((strings.Count + 1) * sizeof(byte*));
        nuint size = table;
        foreach (string s in strings)
        {
            size += (nuint)Encoding.UTF8.GetByteCount(s) + 1;
        }

        byte* block = (byte*)NativeMemory.Alloc(size);
        Pointers = (byte**)block;
        byte* at = block + table;
        for (int i = 0; i < strings.Count; i++)
        {
            Pointers[i] = at;
            int written = Encoding.UTF8.GetBytes(strings[i], new Span<byte>(at, (int)(block + size - at)));
            at[written] = 0;
            at += written + 1;
        }

        Pointers[strings.Count] = null;
    }

    internal byte** Pointers { get; }

    public void Dispose() => NativeMemory.Free(Pointers);
}
