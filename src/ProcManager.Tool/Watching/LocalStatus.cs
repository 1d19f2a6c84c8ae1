using System.Net.Sockets;
using System.Text.Json;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Watching;

/// <summary>The status by the manager's control socket. The pool is looked for again whenever its manager is gone.</summary>
internal sealed class LocalStatus(PoolTarget target) : IStatusSource
{
    private ManagerClient? _client;
    private long _startTime; // of the manager that a number has named

    public StatusReading Read(CancellationToken stopping)
    {
        if (_client is not null)
        {
            try
            {
                return Ask(_client);
            }
            catch (StatusUnavailableException)
            {
                Dispose(); // the manager closes a client that is silent for a minute; another manager may be there by now
            }
        }

        try
        {
            _client = PoolFinder.Find(target, toSignal: true);
            RequireSame(_client);
            return Ask(_client);
        }
        catch (Exception e) when (IsNoStatus(e))
        {
            throw new StatusUnavailableException(e.Message);
        }
        catch (StatusUnavailableException)
        {
            Dispose();
            throw;
        }
    }

    // A number may be given to another manager when the first has ended.
    private void RequireSame(ManagerClient client)
    {
        if (int.TryParse(target.Name, out int pid) && pid == client.ProcessId)
        {
            long startTime = ProcFs.StartTime(pid);
            _startTime = _startTime == 0 ? startTime : _startTime;
            if (_startTime != startTime)
            {
                throw new StatusUnavailableException($"the manager {pid} has ended, and another one has its number now.");
            }
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }

    private static StatusReading Ask(ManagerClient client)
    {
        try
        {
            TimeSpan before = Monotonic.Now;
            JsonElement status = client.Ask("""{"command":"status"}""").GetProperty("result");
            StatusReading pool = StatusReading.Of(status, before, Monotonic.Now);
            return client.SharesPids && pool.ManagerPid == client.ProcessId
                ? pool with { MayKill = true, Workers = [.. pool.Workers.Select(w => w.RequestNumber == 0 ? w : w with { StartTime = ProcFs.StartTime(w.Pid) })] }
                : pool;
        }
        catch (Exception e) when (IsNoStatus(e))
        {
            throw new StatusUnavailableException(e.Message);
        }
    }

    private static bool IsNoStatus(Exception e) => e is ToolException or ProcManagerException or SocketException or IOException or UnauthorizedAccessException
        or JsonException or KeyNotFoundException or InvalidOperationException or FormatException;
}
