using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>What differs from one start to the next, as after a deploy.</summary>
internal static class Deployed
{
    /// <summary>Of --extra-listeners, and of the file named by --listeners-file, which a test may write between two starts.</summary>
    internal static string[] ExtraListeners(IConfiguration configuration)
    {
        string file = configuration["listeners-file"] ?? "";
        string names = $"{configuration["extra-listeners"]},{(File.Exists(file) ? File.ReadAllText(file).Trim() : "")}";
        return names.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>"in-slot 4 exit 3; in-slot 5 hang" means just those slots; anything else means all.</summary>
    internal static string? BootOf(int slot, string? boot)
    {
        if (boot?.StartsWith("in-slot ", StringComparison.Ordinal) != true)
        {
            return boot;
        }

        string mine = $"in-slot {slot} ";
        return boot.Split("; ").FirstOrDefault(r => r.StartsWith(mine, StringComparison.Ordinal))?[mine.Length..];
    }
}
