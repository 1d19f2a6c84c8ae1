using ProcManager;
using ProcManager.FastCgi;

IConfiguration configuration = ProcessManager.CreateConfiguration(args); // as WebApplication.CreateBuilder(args) reads it

// What stands before Manage() runs in the manager and in every worker.
using var manager = new ProcessManager(configuration);
using FastCgiListener fastCgi = manager.ListenFastCgi(configuration);    // the manager binds, workers inherit; without a section FastCgi, Kestrel serves
manager.Manage();                                                        // the manager stays in here and never builds the application

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseFastCgi(fastCgi);
WebApplication app = builder.Build();
app.MapGet("/", () => $"Hello from pid {Environment.ProcessId}\n");
app.Run();                                                               // until the worker is to leave and all is answered
