using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.TestWorker;

// The program of the process tests: every behaviour is chosen by a switch, so that each test starts just what it needs.
string[] switches = [.. args.Where(static a => a.StartsWith("--", StringComparison.Ordinal) && a.Contains('='))];
var sources = new ConfigurationBuilder();
if (switches.FirstOrDefault(static s => s.StartsWith("--config=", StringComparison.Ordinal)) is { } file)
{
    sources.AddJsonFile(file["--config=".Length..]);
}

// --sources=all: as a program has it that reads files and variables, too.
IConfiguration configuration = switches.Contains("--sources=all") ? ProcessManager.CreateConfiguration(switches) : sources.AddCommandLine(switches).Build();
string Setting(string key, string otherwise) => configuration[key] ?? otherwise;

if (Setting("idle-yardstick", "") == "yes")
{
    Thread.Sleep(Timeout.Infinite);
}

AppContext.SetSwitch("ProcManager.NoPidFd", Setting("no-pidfd", "") == "yes");
AppContext.SetSwitch("ProcManager.NoFutex", Setting("no-futex", "") == "yes");
AppContext.SetSwitch("ProcManager.NoEpoll", Setting("no-epoll", "") == "yes");

string loop = Setting("loop", "sync");
SignalsHeard.Register(configuration);
using TestManager manager = new(configuration);
SignalsHeard.Register(configuration);
HostFactory.Use(manager, configuration);
if (configuration["capture"] is { } capture)
{
    manager.UseCapture(new TestCapture(capture));
}

Socket? listener = null;
Socket? second = null;
if (loop is not ("own" or "none" or "dispatched" or "dispatched-async"))
{
    listener = configuration["descriptor"] is { } number
        ? manager.ListenInherited("http", int.Parse(number))
        : configuration["socket"] is { } path
        ? manager.Listen("http", new UnixDomainSocketEndPoint(path), new() { Group = configuration["socket-group"] })
        : manager.Listen("http", new IPEndPoint(IPAddress.Loopback, int.Parse(Setting("port", "0"))), new() { Backlog = int.Parse(Setting("backlog", "1024")), DeferAccept = TimeSpan.FromSeconds(int.Parse(Setting("defer", "0"))) });
    foreach (string extra in Deployed.ExtraListeners(configuration))
    {
        manager.Listen(extra, new IPEndPoint(IPAddress.Loopback, 0));
    }

    second = TwoListeners.Open(manager, configuration);
}

if (manager.Role != ProcessRole.Worker)
{
    Dispatching.Begin(manager, configuration);
    Console.WriteLine($"listening {Dispatching.Own?.LocalEndPoint ?? listener?.LocalEndPoint}");
    ManagerSide.Listener = listener;
    ManagerSide.Begin(manager, configuration);
    if (Setting("enter", "") != "retry")
    {
        BeforeManage.Do(configuration);
    }
}
else
{
    Boot.BeforeManage(configuration, manager);
}

var serving = new Server(manager, configuration, args);
switch (Setting("enter", "manage"))
{
    case "run":
        int code = manager.Run(() => serving.Loop(loop, listener));
        Console.WriteLine($"run returned {code} in {manager.Role}");
        return code;
    case "runasync":
        int result = await manager.RunAsync(token => serving.UntilStoppingAsync(listener!, token));
        Console.WriteLine($"runasync returned {result} in {manager.Role}");
        return result;
    case "default":
        ProcessManager.Default.Manage(processCount: 2);
        Console.WriteLine($"default came back in slot {ProcessManager.Default.Slot}");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    case "retry":
        BeforeManage.Retry(manager, configuration);
        manager.Manage();
        break;
    case "twice":
        manager.Manage();
        manager.Manage();
        return 0;
    default:
        bool back = manager.Manage();
        if (!back)
        {
            Console.WriteLine("manage returned false");
            Dispatching.AfterTheEnd(manager);
            return 0;
        }

        break;
}

Boot.AfterManage(configuration, manager);
serving.Loop(loop, listener, second);
Console.WriteLine($"clean-up of {manager.Role} {manager.Slot}");
return 0;
