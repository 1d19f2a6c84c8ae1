namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>lighttpd with the sample's own configuration: one port for the program it starts itself, one for another over a socket.</summary>
public abstract class LighttpdSite : Site
{
    private protected virtual string Program => FastCgiPrograms.Sample;

    protected abstract bool StartsTheProgram { get; }

    protected override async Task<int> Start()
    {
        int own = Ports.Free();
        int socket = Ports.Free();
        int unused = Ports.Free();
        Keep(await FastCgiPrograms.OnSocket(this, Program, File("app.sock"), "--ProcessManager:ProcessCount=2"));
        Directory.CreateDirectory(File("upload"));
        string site = Configuration.Of(
            "lighttpd.conf",
            ("/run/fastcgiapp", Folder),
            ("/opt/fastcgiapp/", Path.GetDirectoryName(FastCgiPrograms.Sample) + "/"),
            ("ProcessCount=4", "ProcessCount=2"),
            ("127.0.0.1:8080", $"127.0.0.1:{own}"),
            ("127.0.0.1:8081", $"127.0.0.1:{socket}"));
        await System.IO.File.WriteAllTextAsync(File("lighttpd.conf"), $"""
            server.bind = "127.0.0.1"
            server.port = {unused}
            server.document-root = "{Folder}"
            server.upload-dirs = ( "{File("upload")}" )

            """ + site);
        int port = StartsTheProgram ? own : socket;
        await StartServer(port, "lighttpd", "-D", "-f", File("lighttpd.conf"));
        return port;
    }
}

public class LighttpdBinPathSite : LighttpdSite
{
    protected override bool StartsTheProgram => true;
}

public class LighttpdSocketSite : LighttpdSite
{
    protected override bool StartsTheProgram => false;
}
