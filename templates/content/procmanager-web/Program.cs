using ProcManager;
using ProcManager.FastCgi;

IConfiguration configuration = new ConfigurationBuilder()
    .SetBasePath(AppContext.BaseDirectory)
    .AddJsonFile("appsettings.json")
    .AddEnvironmentVariables()
    .AddCommandLine(args)
    .Build();

if (!configuration.GetSection("FastCgi").Exists())
{
    BuildApplication(null).Run(); // dotnet run, F5: one process, on Kestrel
    return;
}

// What stands before Manage() runs in the manager and in every worker.
using var manager = new ProcessManager(configuration);
using FastCgiListener fastCgi = manager.ListenFastCgi(configuration); // the manager binds, workers inherit
manager.Manage();                                                     // the manager stays in here and never builds the application
BuildApplication(fastCgi).Run();                                      // until the manager says to leave and all is answered

WebApplication BuildApplication(FastCgiListener? fastCgi)
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    if (fastCgi is not null)
    {
        builder.WebHost.UseFastCgi(fastCgi);                          // instead of Kestrel
    }

    WebApplication app = builder.Build();
    app.MapGet("/", () => $"Hello from pid {Environment.ProcessId}\n");
    return app;
}
