using Microsoft.Extensions.Logging;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>
/// Sends the messages of this process to the application's loggers, unless the program has chosen otherwise. The services are disposed in the reverse order of their making: this one
/// goes before the factory that it was given, so that the last messages still get through.
/// </summary>
internal sealed class HostLog : IDisposable
{
    private readonly ProcessManager _manager;
    private readonly ILoggerFactory _factory;

    public HostLog(ProcessManager manager, ILoggerFactory factory)
    {
        _manager = manager;
        _factory = factory;
        if (manager.LogsToStandardError)
        {
            manager.UseLoggerFactory(factory);
        }
    }

    public void Dispose() => _manager.LeaveLoggerFactory(_factory);
}
