using System.Globalization;
using System.Runtime.InteropServices;
using ProcManager.Benchmarks;
using ProcManager.Benchmarks.FastCgi;

if (args is [Programs.Managed or Programs.Empty or Programs.Foreign or Programs.FastCgi or Programs.Sleeping, ..])
{
    Native.EndWithParent();
}

switch (args)
{
    case [Programs.Managed, var port, var count, .. var settings]:
        return ManagedProgram.Run(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture), settings);
    case [Programs.Empty]:
        return EmptyProgram.Run();
    case [Programs.Foreign, .. var command]:
        return Native.Become(command);
    case [Programs.FastCgi, var socket, var count, var mode, .. var settings]:
        return FastCgiProgram.Run(socket, int.Parse(count, CultureInfo.InvariantCulture), mode, settings);
    case [Programs.Sleeping, var socket]:
        return SleepingProgram.Run(socket);
    case [Programs.Inetd]:
        return InetdProgram.Run();
    case ["hook" or "respawn" or "reload" or "scale" or "fastcgi" or "standby" or "leader" or "sizing" or "watch" or "balance" or "poison" or "runtimes" or "ways" or "status" or "keep" or "perrequest" or "all"]:
        break;
    default:
        Console.Error.WriteLine("One of: hook, respawn, reload, scale, fastcgi, standby, leader, sizing, watch, balance, poison, runtimes, ways, status, keep, perrequest, all");
        return 2;
}

using var table = new Table();
Action<PosixSignalContext> interrupted = context =>
{
    context.Cancel = true;
    Console.Error.WriteLine("interrupted; stopping what was started");
    Programs.StopAll();
    Environment.Exit(130);
};
using PosixSignalRegistration onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupted);
using PosixSignalRegistration onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupted);
using PosixSignalRegistration onHup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, interrupted);
try
{
    foreach ((string name, Action<Table> run) in new (string, Action<Table>)[]
    {
        ("hook", HookBenchmark.Run),
        ("respawn", RespawnBenchmark.Run),
        ("reload", ReloadBenchmark.Run),
        ("scale", static t =>
        {
            IdleBenchmark.Run(t);
            RequestCostBenchmark.Run(t);
            ManyBenchmark.Run(t);
        }),
        ("fastcgi", FastCgiBenchmark.Run),
        ("standby", StandbyBenchmark.Run),
        ("leader", LeaderBenchmark.Run),
        ("sizing", SizingBenchmark.Run),
        ("watch", WatchBenchmark.Run),
        ("poison", PoisonBenchmark.Run),
        ("balance", BalanceBenchmark.Run),
        ("status", StatusBenchmark.Run),
        ("keep", KeepBenchmark.Run),
        ("perrequest", PerRequestBenchmark.Run),
        ("runtimes", RuntimesBenchmark.Run),
        ("ways", WaysBenchmark.Run),
    })
    {
        if (args[0] == name || args[0] == "all")
        {
            table.Begin(name);
            run(table);
        }
    }
}
finally
{
    if (Programs.StopAll() is { Count: > 0 } left)
    {
        table.Fail($"left behind and killed: {string.Join(", ", left)}");
    }
}

return table.ExitCode;
