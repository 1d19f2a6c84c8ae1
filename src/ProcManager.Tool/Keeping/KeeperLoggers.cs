using Microsoft.Extensions.Logging;

namespace ProcManager.Tool.Keeping;

/// <summary>A factory of one logger, which is not disposed.</summary>
internal sealed class KeeperLoggers(ILogger logger) : ILoggerFactory
{
    internal const string Category = "ProcManager.Services";

    public ILogger CreateLogger(string categoryName) => logger;

    public void AddProvider(ILoggerProvider provider)
    {
        // there is one place that lines go to
    }

    public void Dispose()
    {
        // nothing is held
    }
}
