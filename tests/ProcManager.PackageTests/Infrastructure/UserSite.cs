using System.Net;

namespace ProcManager.PackageTests.Infrastructure;

/// <summary>A user's program, and nginx in front of it where the program speaks FastCGI.</summary>
internal sealed class UserSite : Site
{
    private Func<Task> _start = static () => Task.CompletedTask;

    /// <summary>Where HTTP is answered, by the program or by nginx.</summary>
    internal int Port { get; } = Ports.Free();

    internal string Socket => File("app.sock");

    private string Server => $$"""
        server {
            listen 127.0.0.1:{{Port}};
            location / { include fastcgi_params; fastcgi_pass unix:{{Socket}}; }
        }
        """;

    /// <summary>The first page of a pool that answers HTTP itself.</summary>
    internal Task<string> Ask(string program, params string[] arguments) => Ask(() => Pool(program, arguments));

    /// <summary>The same behind nginx.</summary>
    /// <param name="program">It listens on <see cref="Socket"/>.</param>
    /// <param name="server">What stands in nginx's http block; null: the shortest.</param>
    /// <param name="arguments">Of the program.</param>
    internal Task<string> AskBehindNginx(string program, string? server, params string[] arguments) => Ask(async () =>
    {
        await Pool(program, arguments);
        await Nginx.Start(this, Port, server ?? Server);
    });

    /// <summary>The same of an ASP.NET Core application on Kestrel, without a pool.</summary>
    internal Task<string> AskKestrel(string program) => Ask(async () =>
    {
        Managed app = Keep(Managed.Launch(this, new Launch { Program = program, Arguments = [$"--urls=http://127.0.0.1:{Port}"] }));
        await app.Log.Find("Now listening on");
    });

    protected override async Task<int> Start()
    {
        await _start();
        return Port;
    }

    private async Task Pool(string program, string[] arguments) => Keep(await FastCgiPrograms.Start(this, program, [], arguments));

    private async Task<string> Ask(Func<Task> start)
    {
        _start = start;
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
}
