using System.Security.Cryptography;
using System.Text;
using ProcManager.Control;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Watching;

/// <summary>The user's private folder, where the control sockets are too, and the name of the lock file in it: one for each way to name a pool.</summary>
internal static class WatchdogFolder
{
    private const int ReadableCharacters = 60;

    /// <exception cref="ToolException">There is no private folder.</exception>
    internal static string LockFile(Uri? url, PoolTarget target)
    {
        string? folder = ControlPath.Folders().FirstOrDefault(ControlPath.TryPrepare);
        return folder is not null
            ? $"{folder}/watchdog{Suffix(url?.ToString() ?? target.Control ?? target.PidFile ?? target.Name)}.lock"
            : throw ToolException.CouldNotAsk($"this user has no private folder for the lock file; {string.Join(", ", ControlPath.Folders().Distinct())} cannot be used. Name a file by --lock-file.");
    }

    // Readable, and by the digest never the same for two pools.
    private static string Suffix(string? pool)
    {
        if (pool is null)
        {
            return "";
        }

        string readable = string.Concat(pool.Take(ReadableCharacters).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return $"-{readable}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pool)).AsSpan(0, 4))}";
    }
}
