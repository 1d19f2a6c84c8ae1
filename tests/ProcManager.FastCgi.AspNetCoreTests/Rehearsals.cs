using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.FastCgi.AspNetCore.Hosting;
using ProcManager.FastCgi.Async;
using ProcManager.FastCgi.Direct;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>What a worker that is to stand by does before it says so: its first request goes the server's whole way, without the application.</summary>
[Trait("Row", "C11")]
public sealed class Rehearsals
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task The_server_answers_by_itself(int atOnce)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("procmanager-test-");
        var options = new FastCgiOptions { SocketPath = Path.Combine(folder.FullName, "s"), MaxConcurrentRequests = atOnce };
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        using var listener = new FastCgiListener(manager, options);
        manager.ServeAlone();
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        using var server = new FastCgiServer(listener, services, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<FastCgiServer>.Instance);
        var application = new Application();
        await server.StartAsync(application, CancellationToken.None);
        List<(string? Type, bool HasStarted)> answers = [];

        Rehearsal.Run(
            (alone, socket) => atOnce == 1 ? new DirectEngine(new DirectLoop(alone, socket, options, null), alone.Logger) : new AsyncEngine(alone, socket, options, null),
            request =>
            {
                FastCgiResponse response = request.Response;
                listener.Rehearsed(request);
                answers.Add((response.ContentType, response.HasStarted));
            });

        listener.Rehearsed.Should().NotBe((Action<FastCgiRequest>)Rehearsal.Answer, "that is the way without ASP.NET Core");
        answers.Should().Equal(("text/plain", true), ("text/plain", true));
        application.Asked.Should().Be(0, "no client has asked for anything");
        RawWebServer.Ask(options.SocketPath);
        application.Asked.Should().Be(1, "a client has");
        manager.Leave();
        await server.StopAsync(CancellationToken.None);
        folder.Delete(recursive: true);
    }

    private sealed class Application : IHttpApplication<IFeatureCollection>
    {
        private volatile int _asked;

        internal int Asked => _asked;

        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures)
        {
            _asked++;
            return contextFeatures;
        }

        public Task ProcessRequestAsync(IFeatureCollection context) => Task.CompletedTask;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
            // it holds nothing
        }
    }
}
