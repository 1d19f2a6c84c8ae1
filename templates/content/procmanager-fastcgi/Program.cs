using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.FastCgi;

IConfiguration configuration = new ConfigurationBuilder()
    .SetBasePath(AppContext.BaseDirectory)
    .AddJsonFile("appsettings.json")
    .AddEnvironmentVariables()
    .AddCommandLine(args)
    .Build();

// What stands before Manage() runs in the manager and in every worker.
using var manager = new ProcessManager(configuration);
using var fastCgi = new FastCgiListener(manager, configuration); // the manager binds, workers inherit
manager.Manage();                                                // the manager stays in here until it is told to stop
while (await fastCgi.AcceptAsync() is { } request)               // null: the worker is to leave
{
    await using (request)                                        // disposing completes the request
    {
        request.Response.ContentType = "text/plain";
        request.Response.Write($"Hello from pid {Environment.ProcessId}\n");
    }
}
