using System.Net;
using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.TestApp;

// The program behind the web servers of the tests, for what the sample does not do. --FastCgi:… and --ProcessManager:… as usual.
IConfiguration configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
using var manager = new ProcessManager(configuration);
FastCgiOptions options = configuration.GetSection(FastCgiOptions.SectionName).Get<FastCgiOptions>() ?? new();
options.SocketPath = configuration["socket"];
if (configuration["port"] is { } port)
{
    options.EndPoint = new IPEndPoint(IPAddress.Loopback, int.Parse(port));
}

using var fastCgi = new FastCgiListener(manager, options);
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"listening {fastCgi.LocalEndPoint}");
}

manager.Manage();
if (configuration["loop"] == "sync")
{
    while (fastCgi.Accept() is { } request)
    {
        Answers.Serve(request).GetAwaiter().GetResult();
    }
}
else if (options.MaxConcurrentRequests == 1)
{
    while (await fastCgi.AcceptAsync() is { } request)
    {
        await Answers.Serve(request);
    }
}
else
{
    var running = new List<Task>();
    while (await fastCgi.AcceptAsync() is { } request)
    {
        running.RemoveAll(static t => t.IsCompleted);
        running.Add(Task.Run(() => Answers.Serve(request)));
    }

    await Task.WhenAll(running);
}

return 0;
