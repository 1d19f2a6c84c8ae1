using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.TestApp;

// The program behind the web servers of the tests, for what the sample does not do. --FastCgi:… and --ProcessManager:… as usual.
var switches = new Dictionary<string, string> { ["--socket"] = "FastCgi:SocketPath", ["--port"] = "FastCgi:Port" };
IConfiguration configuration = ProcessManager.CreateConfiguration(args, switches);
using var manager = new ProcessManager(configuration);
using var fastCgi = new FastCgiListener(manager, configuration);
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"listening {fastCgi.LocalEndPoint}");
}

manager.Manage();
Answers.OneAtATime = configuration["FastCgi:MaxConcurrentRequests"] is null ? manager : null;
if (configuration["loop"] == "sync")
{
    while (fastCgi.Accept() is { } request)
    {
        Answers.Serve(request).GetAwaiter().GetResult();
    }
}
else if (configuration["loop"] == "serve")
{
    await fastCgi.ServeAsync(static request => request.ScriptName == "/fail" ? throw new InvalidOperationException("this handler fails") : Answers.Serve(request));
}
else if (configuration["loop"] == "impatient")
{
    // Each wait is cancelled after a moment and begun again.
    bool isOver = false;
    while (!isOver)
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            if (await fastCgi.AcceptAsync(moment.Token) is { } request)
            {
                await Answers.Serve(request);
            }
            else
            {
                isOver = true;
            }
        }
        catch (OperationCanceledException)
        {
            // begun again
        }
    }
}
else if (configuration["FastCgi:MaxConcurrentRequests"] is null)
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

Console.WriteLine("the loop has ended");
return 0;
