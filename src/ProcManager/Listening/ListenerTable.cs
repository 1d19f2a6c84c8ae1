using System.Net;
using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>The program's listeners by name: bound here, or inherited from the manager (or from pid 1).</summary>
internal sealed class ListenerTable(IReadOnlyList<InheritedListener> inherited)
{
    private const int MaxNameLength = 64;

    private readonly List<(string Name, Socket Socket, bool Bound)> _listeners = [];

    internal int Count => _listeners.Count;

    /// <summary>What a started process is to inherit.</summary>
    internal IReadOnlyList<InheritedListener> ToHandOver => [.. _listeners.Select(static l => new InheritedListener(l.Name, (int)l.Socket.Handle))];

    /// <summary>Tells too whether it was inherited.</summary>
    internal (Socket Socket, bool Inherited) Open(string name, EndPoint endPoint, ListenOptions options, bool mayBind)
    {
        Check(name);
        Check(name, options);
        return Open(name, mayBind, bound: true, () => Binder.Bind(name, endPoint, options));
    }

    /// <summary>The same for a socket that the manager was itself started with. Its file, if it has one, is not ours.</summary>
    internal (Socket Socket, bool Inherited) Open(string name, int descriptor, bool mayBind)
    {
        Check(name);
        return Open(name, mayBind, bound: false, () => PassedOn.Take(name, descriptor));
    }

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

    private (Socket Socket, bool Inherited) Open(string name, bool mayBind, bool bound, Func<Socket> open)
    {
        int at = IndexOfInherited(name);
        if (at < 0 && !mayBind)
        {
            throw new ProcManagerException($"Listener '{name}' was not bound by the manager, which has: {Names()}. A new listener takes a restart of the manager.") { IsAboutAddress = true };
        }

        Socket socket = at >= 0 ? Binder.Adopt(inherited[at].Descriptor) : open();
        _listeners.Add((name, socket, bound && at < 0));
        return (socket, at >= 0);
    }

    private void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxNameLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new ArgumentException($"The listener's name '{name}' is not allowed; allowed: 1 to {MaxNameLength} letters, digits, '.', '-' and '_'.", nameof(name));
        }

        if (_listeners.Any(l => l.Name == name))
        {
            throw new ArgumentException($"There is a listener named '{name}' already; give each its own name.", nameof(name));
        }
    }

    private static void Check(string name, ListenOptions options)
    {
        if (options.Backlog is < 1 or > ushort.MaxValue)
        {
            throw new ArgumentException($"The backlog of listener '{name}' is {options.Backlog}; allowed: 1 to {ushort.MaxValue}.", nameof(options));
        }
    }

    private int IndexOfInherited(string name)
    {
        for (int i = 0; i < inherited.Count; i++)
        {
            if (inherited[i].Name == name)
            {
                return Descriptors.IsListening(inherited[i].Descriptor)
                    ? i
                    : throw new ProcManagerException($"Descriptor {inherited[i].Descriptor} of listener '{name}' is not a listening socket.");
            }
        }

        return -1;
    }

    private string Names() => inherited.Count == 0 ? "none" : string.Join(", ", inherited.Select(static l => $"'{l.Name}'"));
}
