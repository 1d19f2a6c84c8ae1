using System.Globalization;

namespace ProcManager.Runtime;

/// <summary>How much memory this process's control group may use: the tightest limit on the way up, see cgroups(7).</summary>
internal static class ContainerLimit
{
    /// <summary>In bytes; null when there is no limit, or no control group that can be read.</summary>
    internal static long? Read(string cgroups = "/sys/fs/cgroup", string own = "/proc/self/cgroup")
    {
        try
        {
            long? tightest = null;
            foreach (string line in File.ReadAllLines(own))
            {
                string[] parts = line.Split(':', 3);
                if (parts.Length != 3)
                {
                    continue;
                }

                (string root, string file)? where = parts[1] switch
                {
                    "" => (cgroups, "memory.max"),
                    var controllers when controllers.Split(',').Contains("memory") => (Path.Combine(cgroups, "memory"), "memory.limit_in_bytes"),
                    _ => null,
                };
                if (where is { } at && Tightest(at.root, parts[2], at.file) is { } limit && !(tightest <= limit))
                {
                    tightest = limit;
                }
            }

            return tightest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Tightest(string root, string group, string file)
    {
        long? tightest = null;
        for (string? path = group; path is not null; path = Path.GetDirectoryName(path))
        {
            string limit = root + path.TrimEnd('/') + "/" + file;
            if (File.Exists(limit) && Number(File.ReadAllText(limit)) is { } bytes && !(tightest <= bytes))
            {
                tightest = bytes;
            }
        }

        return tightest;
    }

    /// <summary>"max", and version 1's number near the largest that there is, mean no limit.</summary>
    private static long? Number(string text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes < long.MaxValue / 2 ? bytes : null;
}
