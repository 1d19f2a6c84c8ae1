using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>What this program gets when it is started once more as a manager: descriptors of its own, then the listeners, each under the number that it has in the new process.</summary>
internal sealed class ManagerLaunch
{
    private readonly int[] _numbers;

    internal ManagerLaunch(IReadOnlyList<InheritedListener> listeners, IReadOnlyList<string> passedOn, IReadOnlyList<SocketFile> files, params int[] own)
    {
        Inherited = [.. own, .. listeners.Select(static l => l.Descriptor)];
        _numbers = Spawner.ChildNumbers(Inherited);
        Record = new LaunchRecord(Environment.ProcessId, -1, 0, false, -1, -1, [.. listeners.Select((l, i) => l with { Descriptor = _numbers[own.Length + i] })])
        {
            Library = LaunchRecord.OwnLibrary,
            PassedOn = passedOn,
            Files = files,
        };
    }

    /// <summary>Numbers in this process.</summary>
    internal int[] Inherited { get; }

    /// <summary>Without what the own descriptors are for.</summary>
    internal LaunchRecord Record { get; }

    /// <summary>The number that an own descriptor has in the new process.</summary>
    internal int NumberOf(int own) => _numbers[Array.IndexOf(Inherited, own)];
}
