using System.Globalization;
using System.Runtime.CompilerServices;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;

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
    private static CaptureRecord? _capture;

    internal static LaunchRecord? Current
    {
        get
        {
            lock (Gate)
            {
                ReadOnce();
                return _record;
            }
        }
    }

    /// <summary>The record as far as it was read; unlike <see cref="Current"/> this does not throw for a damaged variable.</summary>
    internal static LaunchRecord? IfRead => _record;

    /// <summary>Set in a process that was started to look at a hung worker.</summary>
    internal static CaptureRecord? Capture
    {
        get
        {
            lock (Gate)
            {
                ReadOnce();
                return _capture;
            }
        }
    }

    private static void ReadOnce()
    {
        if (!_read)
        {
            _record = Read();
            _capture = ReadCapture();
            _read = true;
        }
    }

    private static CaptureRecord? ReadCapture()
    {
        if (Environment.GetEnvironmentVariable(CaptureRecord.Variable) is not { } value)
        {
            return null;
        }

        Environment.SetEnvironmentVariable(CaptureRecord.Variable, null);
        if (CaptureRecord.Decode(value) is not { } capture || !Descriptors.IsOpen(capture.Output))
        {
            throw new ProcManagerException($"The environment variable {CaptureRecord.Variable} is '{value}', which no manager of this library wrote for this process. Remove it from the environment.");
        }

        Descriptors.SetCloseOnExec(capture.Output);
        return capture;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LaunchRecord? Read()
    {
        if (Environment.GetEnvironmentVariable(LaunchRecord.Variable) is not { } value)
        {
            return null;
        }

        LaunchRecord record = LaunchRecord.Decode(value);
        ReadOnlySpan<int> descriptors = DescriptorsOf(record);
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

        if ((record.IsWorker || record.Trial >= 0 || record.State >= 0) && record.Layout != Layout.Version)
        {
            throw LaunchRecord.Incompatible(
                record.Library, string.Create(CultureInfo.InvariantCulture, $"scoreboard layout {record.Layout}"), string.Create(CultureInfo.InvariantCulture, $"scoreboard layout {Layout.Version}"));
        }

        foreach (int descriptor in descriptors)
        {
            Descriptors.SetCloseOnExec(descriptor);
        }

        Environment.SetEnvironmentVariable(LaunchRecord.Variable, null);
        if (record.HeapLimitBefore is { } before)
        {
            Environment.SetEnvironmentVariable(LaunchRecord.HeapLimitVariable, before.Length > 0 ? before : null); // the limit is this worker's, not its children's
        }

        return record;
    }

    // No LINQ: the first call through each interface costs a page fault, in a process that starts for each request.
    private static ReadOnlySpan<int> DescriptorsOf(LaunchRecord record)
    {
        ReadOnlySpan<int> own = record.IsWorker ? [record.Lifeline, record.Scoreboard] : [record.Starter, record.Trial, record.State, record.PidFile, record.Scoreboard];
        int[] all = new int[own.Length + record.Listeners.Count];
        int count = 0;
        foreach (int descriptor in own)
        {
            if (record.IsWorker || descriptor >= 0)
            {
                all[count++] = descriptor;
            }
        }

        for (int i = 0; i < record.Listeners.Count; i++)
        {
            all[count++] = record.Listeners[i].Descriptor;
        }

        return all.AsSpan(0, count);
    }

    private static ProcManagerException NotOurs(string value, string why) =>
        new($"The environment variable {LaunchRecord.Variable} is '{LaunchRecord.Shown(value)}', but this process was not started by a manager: {why}. Remove it from the environment.");
}
