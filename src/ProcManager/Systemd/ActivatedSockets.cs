using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Systemd;

/// <summary>
/// Sockets that systemd has bound for this service (socket activation, sd_listen_fds(3)): descriptors from 3 on, with names. Each goes to the listener of its name; sockets without a name go to the listeners in their order.
/// </summary>
internal sealed class ActivatedSockets
{
    private const int First = 3;
    private const int MaxCount = 1024;
    private const string Suffix = ".socket";

    private readonly List<(string? Name, int Descriptor)> _left = [];

    internal static ActivatedSockets None { get; } = new();

    /// <summary>Sockets that no listener has taken.</summary>
    internal IReadOnlyList<(string Name, int Descriptor)> Left
    {
        get
        {
            lock (_left)
            {
                return [.. _left.Select(static s => (s.Name ?? "without a name", s.Descriptor))];
            }
        }
    }

    /// <summary>From the variables <c>LISTEN_PID</c>, <c>LISTEN_FDS</c> and <c>LISTEN_FDNAMES</c>. What is meant for another process is left alone. Nothing that this process starts inherits the sockets by chance.</summary>
    /// <param name="pid">The process that systemd means.</param>
    /// <param name="count">How many descriptors there are.</param>
    /// <param name="names">Their names, with colons between.</param>
    /// <param name="isListener">Whether the descriptor is a stream socket that listens; others, such as datagram sockets, are left alone.</param>
    internal static ActivatedSockets Read(string? pid, string? count, string? names, Func<int, bool> isListener)
    {
        if (pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int sockets) || sockets is < 1 or > MaxCount)
        {
            return None;
        }

        string[] known = string.IsNullOrEmpty(names) ? [] : names.Split(':');
        var activated = new ActivatedSockets();
        for (int i = 0; i < sockets; i++)
        {
            if (!Descriptors.IsOpen(First + i))
            {
                continue;
            }

            Descriptors.SetCloseOnExec(First + i);
            if (isListener(First + i))
            {
                activated._left.Add((i < known.Length && known[i] is not ("" or "unknown") ? known[i] : null, First + i));
            }
        }

        return activated;
    }

    /// <summary>The descriptor for this listener; null: there is none. A socket unit's name, without <c>FileDescriptorName=</c>, ends with <c>.socket</c>.</summary>
    internal int? Take(string listener)
    {
        lock (_left)
        {
            return TakeLocked(listener);
        }
    }

    private int? TakeLocked(string listener)
    {
        int at = _left.FindIndex(s => s.Name == listener || s.Name == listener + Suffix);
        at = at >= 0 ? at : _left.FindIndex(static s => s.Name is null);
        if (at < 0)
        {
            return null;
        }

        int descriptor = _left[at].Descriptor;
        _left.RemoveAt(at);
        return descriptor;
    }
}
