using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>The program's listeners by name: bound here, or inherited from the manager (or from pid 1).</summary>
/// <param name="inherited">What this process was started with.</param>
/// <param name="ofOurPid1">The listeners were bound by pid 1 of this container, which is this program too, and no other process has them.</param>
internal sealed partial class ListenerTable(IReadOnlyList<InheritedListener> inherited, bool ofOurPid1 = false)
{
    private const int MaxNameLength = 64;

    private static readonly TimeSpan ShortestDefer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDefer = TimeSpan.FromMinutes(5);

    private readonly List<(string Name, Socket Socket, bool Bound)> _listeners = [];
    private readonly Dictionary<string, string> _remarks = [];

    /// <summary>The descriptor of the socket that systemd has bound for a listener of this name; null: there is none.</summary>
    internal Func<string, int?> Activated { get; init; } = static _ => null;

    /// <summary>One request a process, in a worker: what it was started with are channels.</summary>
    internal bool AreChannels { get; init; }

    internal int Count => _listeners.Count;

    /// <summary>Each listener for the log: its address, its name, and what else there is to know.</summary>
    internal IEnumerable<(string Address, string Name, string Details)> Describe() => _listeners.Select(l =>
    {
        string?[] details = [ListenerText.Access(l.Socket), _remarks.GetValueOrDefault(l.Name)];
        return (ListenerText.Address(l.Socket), l.Name, string.Concat(details.OfType<string>().Select(static d => $", {d}")));
    });

    /// <summary>Each listener as the status page shows it. From any thread.</summary>
    internal List<(string Name, string Address, int? Queue, int? Backlog)> Report() => [.. _listeners.Where(static l => !l.Socket.SafeHandle.IsClosed).Select(l =>
    {
        (int Queue, int Backlog)? queue = Platform.IsLinux ? ListenQueue.Read((int)l.Socket.Handle) : null;
        return (l.Name, ListenerText.Address(l.Socket), queue?.Queue, queue?.Backlog);
    })];

    /// <summary>Tells too whether it was inherited.</summary>
    internal (Socket Socket, bool Inherited) Open(string name, EndPoint endPoint, ListenOptions options, bool mayBind)
    {
        Check(name);
        Check(name, options);
        if (mayBind) // only the manager describes its listeners
        {
            Remark(name, endPoint, options);
        }

        if (mayBind && Activated(name) is { } descriptor)
        {
            _remarks[name] = string.Create(CultureInfo.InvariantCulture, $"bound by systemd, passed on as descriptor {descriptor}");
            return Open(name, mayBind, bound: false, () => PassedOn.Take(name, descriptor));
        }

        UnixListener? TakeOver(int fd)
        {
            UnixListener? listener = endPoint is UnixDomainSocketEndPoint unix && FilesBefore.FirstOrDefault(f => f.Name == name) is { Name: not null } file ? UnixSockets.TakeOver(name, unix, options, fd, file) : null;
            if (IsTrial)
            {
                listener?.LeaveFile();
            }

            return listener;
        }

        (Socket socket, bool inherited) = Open(name, mayBind, bound: true, () => Binder.Bind(name, endPoint, options), TakeOver);
        if (mayBind && inherited && !IsTrial && endPoint is IPEndPoint && !BoundElsewhere.Contains(name))
        {
            Binder.Defer(socket, options.DeferAccept); // after a restart in place
        }

        return (socket, inherited);
    }

    private void Remark(string name, EndPoint endPoint, ListenOptions options)
    {
        string?[] remarks =
        [
            options.Backlog == ListenOptions.DefaultBacklog ? null : string.Create(CultureInfo.InvariantCulture, $"backlog {options.Backlog}"),
            options.DeferAccept > TimeSpan.Zero && endPoint is IPEndPoint ? string.Create(CultureInfo.InvariantCulture, $"silent clients deferred for {options.DeferAccept.TotalSeconds:0.###} s") : null,
        ];
        if (string.Join(", ", remarks.OfType<string>()) is { Length: > 0 } remark)
        {
            _remarks[name] = remark;
        }
    }

    /// <summary>The same for a socket that the manager was itself started with. Its file, if it has one, is not ours.</summary>
    internal (Socket Socket, bool Inherited) Open(string name, int descriptor, bool mayBind)
    {
        Check(name);
        if (mayBind)
        {
            _remarks[name] = string.Create(CultureInfo.InvariantCulture, $"passed on as descriptor {descriptor}");
        }

        return Open(name, mayBind, bound: false, () => PassedOn.Take(name, descriptor));
    }

    /// <summary>Throws when managing has ended, or the host has closed a listener.</summary>
    internal void ThrowIfClosed()
    {
        if (_listeners.FirstOrDefault(static l => l.Socket.SafeHandle.IsClosed) is { Name: { } name })
        {
            throw new InvalidOperationException($"Listener '{name}' is closed, as it is when managing has ended. To manage again, make a new ProcessManager and call Listen on it.");
        }
    }

    /// <summary>Those that this process has bound and that have a file.</summary>
    internal IEnumerable<UnixListener> Unix => _listeners.Select(static l => l.Socket).OfType<UnixListener>();

    /// <summary>The manager's last act on its unix sockets: the files go with it.</summary>
    internal void RemoveFiles()
    {
        foreach ((_, Socket socket, bool bound) in _listeners)
        {
            if (bound && !socket.SafeHandle.IsClosed)
            {
                socket.Dispose(); // of a socket it has bound, this removes the file
            }
        }
    }

    /// <summary>Removes the files of unix sockets; the sockets stay open.</summary>
    internal void RemoveSocketFiles()
    {
        foreach ((_, Socket socket, _) in _listeners)
        {
            (socket as UnixListener)?.RemoveFile();
        }
    }

    /// <summary>
    /// Refuses clients from now on, in every process that has the socket. A listener that another program has made is left alone:
    /// that listener outlives this manager.
    /// </summary>
    internal void Shut()
    {
        foreach ((_, Socket socket, bool bound) in _listeners)
        {
            if (bound && !socket.SafeHandle.IsClosed)
            {
                Connections.EndReceiving((int)socket.Handle);
            }
        }
    }

    /// <summary>
    /// Binds each unix socket again whose file was removed or replaced. Returns these sockets, and why a socket could not be bound;
    /// a null for the reason means success.
    /// </summary>
    internal List<(string Name, string Path, string? Failure)> Renew()
    {
        var renewed = new List<(string, string, string?)>();
        foreach ((string name, Socket socket, _) in _listeners)
        {
            if (socket is UnixListener listener)
            {
                try
                {
                    if (listener.Renew())
                    {
                        renewed.Add((name, listener.Path, null));
                    }
                }
                catch (ProcManagerException e)
                {
                    renewed.Add((name, listener.Path, e.Message));
                }
            }
        }

        return renewed;
    }

    private (Socket Socket, bool Inherited) Open(string name, bool mayBind, bool bound, Func<Socket> open, Func<int, UnixListener?>? takeOver = null)
    {
        int at = IndexOfInherited(name);
        if (at < 0 && !mayBind)
        {
            throw new ProcManagerException($"Listener '{name}' was not bound by the manager, which has: {Names()}. A new listener takes a restart of the manager.");
        }

        Socket socket = at < 0 ? open() : AreChannels ? new ChannelSocket(inherited[at].Descriptor) : takeOver?.Invoke(inherited[at].Descriptor) ?? Binder.Adopt(inherited[at].Descriptor);
        _listeners.Add((name, socket, bound && (at < 0 || (ofOurPid1 && !BoundElsewhereByPid1.Contains(name)))));
        return (socket, at >= 0);
    }

    private void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxNameLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new InvalidSettingException($"The listener's name '{name}' is not allowed; allowed: 1 to {MaxNameLength} letters, digits, '.', '-' and '_'.", nameof(name));
        }

        if (_listeners.Any(l => l.Name == name))
        {
            throw new InvalidSettingException($"There is a listener named '{name}' already; give each its own name.", nameof(name));
        }
    }

    private static void Check(string name, ListenOptions options)
    {
        if (options.Backlog is < 1 or > ushort.MaxValue)
        {
            throw new ProcManagerConfigurationException([$"The backlog of listener '{name}' is {options.Backlog}; allowed: 1 to {ushort.MaxValue}."]);
        }

        if (options.DeferAccept != TimeSpan.Zero && (options.DeferAccept < ShortestDefer || options.DeferAccept > LongestDefer))
        {
            throw new ProcManagerConfigurationException([$"{nameof(options.DeferAccept)} of listener '{name}' is {options.DeferAccept.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s; allowed: zero, or 1 s to 5 min."]);
        }
    }

    private int IndexOfInherited(string name)
    {
        for (int i = 0; i < inherited.Count; i++)
        {
            if (inherited[i].Name == name)
            {
                return (AreChannels ? ConnectionChannel.IsOne(inherited[i].Descriptor) : Descriptors.IsListening(inherited[i].Descriptor))
                    ? i
                    : throw new ProcManagerException($"Descriptor {inherited[i].Descriptor} of listener '{name}' is not a listening socket.");
            }
        }

        return -1;
    }

    private string Names() => inherited.Count == 0 ? "none" : string.Join(", ", inherited.Select(static l => $"'{l.Name}'"));
}
