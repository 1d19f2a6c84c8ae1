using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.RealServices;

/// <summary>A keeper of programs from Debian packages. Those that its services have become end with it.</summary>
internal sealed class Daemons : IAsyncDisposable
{
    internal Daemons()
    {
        Host.Options.Snapshots.Enabled = true;
        Host.Options.Snapshots.Timeout = TimeSpan.FromSeconds(30);
        _ = Directory.CreateDirectory(Folder);
    }

    internal KeeperHost Host { get; } = new();

    internal string Folder => Host.Files.File("daemons");

    internal ServiceStatus this[string name] => Host[name];

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Looked for ten times a second, and tried again soon.</summary>
    internal ServiceDefinition Add(ServiceDefinition service)
    {
        service.Interval = TimeSpan.FromMilliseconds(100);
        service.StopTimeout = TimeSpan.FromSeconds(2);
        service.Backoff.Initial = TimeSpan.FromMilliseconds(100);
        Host.Options.Services.Add(service);
        return service;
    }

    internal string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(Folder, name), text);
        return Path.Combine(Folder, name);
    }

    internal int Pid(string file) => int.Parse(File.ReadAllText(Path.Combine(Folder, file)), CultureInfo.InvariantCulture);

    internal bool HasWritten(string file, int pid) => File.Exists(Path.Combine(Folder, file)) && File.ReadAllText(Path.Combine(Folder, file)).Trim() == pid.ToString(CultureInfo.InvariantCulture);

    /// <summary>redis-server on a port, with its pid file in the folder.</summary>
    internal ServiceDefinition Redis(string name, int port, ServiceKind kind, string program = "redis-server")
    {
        string daemonize = kind == ServiceKind.Detached ? "yes" : "no";
        return Add(new ServiceDefinition
        {
            Name = name,
            Kind = kind,
            Start = new ServiceCommand(program, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--daemonize", daemonize, "--pidfile", $"{Folder}/{name}.pid", "--dir", Folder),
        });
    }

    /// <summary>nginx with one worker process, a page /ping, and its pid file in the folder.</summary>
    internal ServiceDefinition Nginx(int port)
    {
        _ = Directory.CreateDirectory(Folder + "/temp");
        string configuration = Write("nginx.conf", $$"""
            pid {{Folder}}/nginx.pid;
            error_log {{Folder}}/error.log;
            worker_processes 1;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path {{Folder}}/temp; proxy_temp_path {{Folder}}/temp; fastcgi_temp_path {{Folder}}/temp; uwsgi_temp_path {{Folder}}/temp; scgi_temp_path {{Folder}}/temp;
              server { listen 127.0.0.1:{{port}}; location = /ping { return 204; } }
            }
            """);
        return Add(new ServiceDefinition
        {
            Name = "nginx",
            Start = new ServiceCommand("/usr/sbin/nginx", "-e", Folder + "/error.log", "-c", configuration),
            Checks = { new PidFileCheck { Path = Folder + "/nginx.pid", Executable = "/usr/sbin/nginx" }, new HttpCheck { Url = new Uri($"http://127.0.0.1:{port}/ping"), MinStatus = 204, MaxStatus = 204 } },
        });
    }

    /// <summary>All that was started by this keeper. redis overwrites its environment and its command line, but stays in the folder.</summary>
    private IEnumerable<int> Left() => ProcFs.Pids()
        .Where(p => p != Environment.ProcessId && (Text(p, "environ") + Text(p, "cmdline") + Place(p)).Contains(Path.GetDirectoryName(Folder)!, StringComparison.Ordinal));

    private static string Place(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Text(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Host.Keeper is not null)
        {
            await Host.Keeper.StopAsync();
        }

        foreach (int pid in Left().ToArray())
        {
            KeeperHost.Signal(pid, "CONT");
            KeeperHost.Signal(pid, "TERM");
        }

        await Until.True(() => !Left().Any(), "all daemons of the test have ended");
        await Host.DisposeAsync();
    }
}
