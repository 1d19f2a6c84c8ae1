using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using ProcManager.Services;

// Keeps the services of a file until TERM. Its log goes to standard error, a line with its pid to standard output when it has begun.
using ILoggerFactory loggers = LoggerFactory.Create(static l => l.AddSimpleConsole(static o => o.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(static o => o.LogToStandardErrorThreshold = LogLevel.Trace));
var keeper = new ServiceKeeper(ServiceKeeperOptions.ReadFile(args[0]), loggers);
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    _ = keeper.StopAsync();
});
keeper.Start();
Console.WriteLine($"keeping {Environment.ProcessId}");
await keeper.Completion;
