using System.Net.Sockets;

namespace ProcManager.Listening;

/// <summary>
/// One request a process: stands for a listener in a worker. The descriptor is the channel over which the manager hands the worker the connections of that listener; the listener itself is the manager's.
/// </summary>
internal sealed class ChannelSocket(int descriptor) : Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
