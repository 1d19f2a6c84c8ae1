namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>A control group with a memory limit, of either version. Takes root.</summary>
internal sealed class ControlGroup : IDisposable
{
    private readonly string _path;

    internal ControlGroup(long bytes)
    {
        bool first = Directory.Exists("/sys/fs/cgroup/memory");
        if (!first)
        {
            File.WriteAllText("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
        }

        _path = Path.Combine(first ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup", $"procmanager-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, first ? "memory.limit_in_bytes" : "memory.max"), $"{bytes}");
        foreach (string swap in new[] { "memory.memsw.limit_in_bytes", "memory.swap.max" }.Select(f => Path.Combine(_path, f)).Where(File.Exists))
        {
            File.WriteAllText(swap, swap.EndsWith("swap.max", StringComparison.Ordinal) ? "0" : $"{bytes}");
        }
    }

    /// <summary>Runs the rest of a command in the group.</summary>
    internal string[] Wrapper => ["/bin/sh", "-c", $"echo $$ >'{_path}/cgroup.procs' && exec \"$0\" \"$@\""];

    public void Dispose() => Directory.Delete(_path);
}
