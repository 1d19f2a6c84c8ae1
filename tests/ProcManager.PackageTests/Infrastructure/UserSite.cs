using System.Net;

namespace ProcManager.PackageTests.Infrastructure;

/// <summary>A user's program, and nginx in front of it where the program speaks FastCGI.</summary>
internal sealed class UserSite : Site
{
    private string _program = "";
    private string[] _arguments = [];
    private bool _behindNginx;

    /// <summary>Where HTTP is answered, by the program or by nginx.</summary>
    internal int Port { get; } = Ports.Free();

    internal string Socket => File("app.sock");

    /// <summary>Starts the program, asks for its first page and stops it. Gives the page.</summary>
    internal async Task<string> Ask(string program, bool behindNginx, params string[] arguments)
    {
        (_program, _behindNginx, _arguments) = (program, behindNginx, arguments);
        await InitializeAsync();
        try
        {
            Reply reply = await Http.Get("/");
            reply.Status.Should().Be(HttpStatusCode.OK, "the log says:\n{0}", Log);
            return reply.Text;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    protected override async Task<int> Start()
    {
        Keep(await FastCgiPrograms.Start(this, _program, [], _arguments));
        if (_behindNginx)
        {
            await Nginx.Start(this, Port, $$"""
                server {
                    listen 127.0.0.1:{{Port}};
                    location / { include fastcgi_params; fastcgi_pass unix:{{Socket}}; }
                }
                """);
        }

        return Port;
    }
}
