using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// The manager goes on from the build that it was started with, also when a new one is copied over its files. Each assembly of the program that is loaded when the first
/// workers were started, which is all that this library needs, is kept as a copy in the manager's memory.
/// </summary>
internal static class OwnAssemblies
{
    /// <summary>Bytes in all. The small assemblies come first: a manager needs few, and this library is small.</summary>
    private const long Most = 16 << 20;

    /// <summary>Takes some milliseconds of processor time. A refusal is told in a debug line: the manager works without.</summary>
    internal static void Keep(ILogger log)
    {
        if (Failure() is { } reason)
        {
            Log.AssembliesNotKept(log, reason);
        }
    }

    /// <summary>Why not all assemblies are kept; null: all are, or there is none, as in a program compiled by NativeAOT.</summary>
    private static string? Failure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            List<FileMapping> mappings = FileMapping.Below(Folder());
            if (mappings.Exists(static m => m.Path.EndsWith("/System.Private.CoreLib.dll", StringComparison.Ordinal)))
            {
                return "the program has its runtime in its own folder";
            }

            List<FileMapping> files = mappings.FindAll(static m => m.IsWholeFile);
            files.Sort(static (a, b) => a.Length.CompareTo(b.Length)); // not OrderBy, which would be compiled first for a key of this type
            long size = 0;
            foreach (FileMapping whole in files)
            {
                size += whole.Length;
                if (size > Most)
                {
                    return $"they have more than {Most >> 20} MiB";
                }

                MappedCopy.Replace(whole, mappings.FindAll(m => m.File == whole.File));
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException or FormatException)
        {
            return e.Message;
        }
    }

    /// <summary>Without links, as the kernel tells it in the list of mappings.</summary>
    private static string Folder()
    {
        using var folder = OpenFolder.Open(AppContext.BaseDirectory);
        return folder.Path.TrimEnd('/') + "/";
    }
}
