using System.Globalization;
using System.Text.Json;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Runtime;

/// <summary>A restart in place: this process becomes the program that is on disk now. Its pid, its children and its listeners stay.</summary>
internal static class Successor
{
    /// <summary>Does not come back, unless the exec fails: then all is as before, but for the diagnostics socket of the runtime, which is gone (dotnet-trace no longer finds this process).</summary>
    /// <exception cref="PosixException">The exec has failed.</exception>
    internal static void Become(SelfCommand self, ManagerState state, LaunchRecord record)
    {
        int file = Write(state);
        int[] passed =
        [
            file, record.Scoreboard, record.PidFile, .. record.Listeners.Select(static l => l.Descriptor), .. state.Workers.SelectMany(DescriptorsOf),
            .. state.Outputs.Select(static o => o.Descriptor), .. state.Sockets.Select(static s => s.Descriptor),
        ];
        passed = [.. passed.Where(static fd => fd >= 0)];
        try
        {
            List<string> environment = WorkerEnvironment.OfManager(record with { State = file, Layout = Layout.Version });
            Array.ForEach(passed, Descriptors.ClearCloseOnExec);

            // The new program image has our pid and start time: our runtime's files stand in its way.
            DiagnosticsLitter.Remove(Environment.ProcessId, DiagnosticsLitter.StartTime(Environment.ProcessId));

            // A signal that comes from here on waits for the new program.
            Signals.BlockOrders();
            Programs.Replace(self.Path, self.Arguments, environment, []);
        }
        catch
        {
            Signals.UnblockOrders();
            Array.ForEach(passed, Descriptors.SetCloseOnExec);
            Descriptors.Close(file);
            throw;
        }
    }

    /// <summary>A file without a name, close-on-exec, for the caller to close.</summary>
    internal static int Write(ManagerState state)
    {
        int file = AnonymousFile.Open("procmanager-state", 0);
        Descriptors.WriteAll(file, JsonSerializer.SerializeToUtf8Bytes(state, ManagerStateJson.Default.ManagerState));
        return file;
    }

    private static IEnumerable<int> DescriptorsOf(ManagerState.WorkerLeft worker) => [worker.Lifeline, .. worker.Channels.SelectMany(static c => (int[])[c.Ours, c.Theirs])];

    private static ManagerState? Parse(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ManagerStateJson.Default.ManagerState);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the manager before has left. From here on no process that this one starts inherits any of it.</summary>
    internal static ManagerState Read(int file)
    {
        byte[] text = Descriptors.ReadFile(file, (int)(FileIdentity.OfDescriptor(file)?.Size ?? 0));
        Descriptors.Close(file);
        ManagerState state = Parse(text) is { Format: ManagerState.CurrentFormat } known
            ? known
            : throw LaunchRecord.Incompatible("", "state of the manager before", string.Create(CultureInfo.InvariantCulture, $"format {ManagerState.CurrentFormat}"));
        foreach (int fd in state.Workers.SelectMany(DescriptorsOf).Concat(state.Outputs.Select(static o => o.Descriptor)).Concat(state.Sockets.Select(static s => s.Descriptor)).Where(static fd => fd >= 0))
        {
            Descriptors.SetCloseOnExec(fd);
        }

        return state;
    }
}
