using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.FastCgi;

IConfiguration configuration = ProcessManager.CreateConfiguration(args); // appsettings.json, environment, command line

// What stands before Manage() runs in the manager and in every worker.
using var manager = new ProcessManager(configuration);
using var fastCgi = new FastCgiListener(manager, configuration);         // the manager binds, workers inherit
manager.Manage();                                                        // the manager stays in here until it is told to stop
await fastCgi.ServeAsync(Answer);                                        // until the worker is to leave

static Task Answer(FastCgiRequest request)
{
    request.Response.ContentType = "text/plain";
    request.Response.Write($"Hello from pid {Environment.ProcessId}\n");
    return Task.CompletedTask;
}
