using System.Runtime.CompilerServices;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// What this process was told at its start. Read once, when the library is first used; from then on nothing that this process
/// starts inherits the variable or a descriptor.
/// </summary>
internal static class LaunchInfo
{
    private static readonly Lock Gate = new();
    private static bool _read;
    private static LaunchRecord? _record;

    internal static LaunchRecord? Current
    {
        get
        {
            lock (Gate)
            {
                if (!_read)
                {
                    _record = Read();
                    _read = true;
                }

                return _record;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LaunchRecord? Read()
    {
        if (Environment.GetEnvironmentVariable(LaunchRecord.Variable) is not { } value)
        {
            return null;
        }

        LaunchRecord record = LaunchRecord.Decode(value);
        int[] descriptors = [.. record.IsWorker ? [record.Lifeline, record.Scoreboard] : Array.Empty<int>(), .. record.Listeners.Select(static l => l.Descriptor)];
        foreach (int descriptor in descriptors)
        {
            if (descriptor < 3 || !Descriptors.IsOpen(descriptor))
            {
                throw NotOurs(value, $"descriptor {descriptor} is not open");
            }
        }

        if (record.IsWorker && !Descriptors.IsStreamSocket(record.Lifeline))
        {
            throw NotOurs(value, $"descriptor {record.Lifeline} is no lifeline");
        }

        foreach (int descriptor in descriptors)
        {
            Descriptors.SetCloseOnExec(descriptor);
        }

        Environment.SetEnvironmentVariable(LaunchRecord.Variable, null);
        return record;
    }

    private static ProcManagerException NotOurs(string value, string why) =>
        new($"The environment variable {LaunchRecord.Variable} is '{value}', but this process was not started by a manager: {why}. Remove it from the environment.");
}
