namespace ProcManager.Benchmarks.FastCgi;

/// <summary>php-fpm with the settings of its package and a pool of two.</summary>
internal static class PhpPeer
{
    internal const string Packages = "php-fpm";

    private const string Source = """
        <?php
        $body = $_SERVER['SCRIPT_NAME'] === '/echo'
            ? file_get_contents('php://input')
            : implode('', array_map(fn($i) => chr(97 + $i % 26), range(0, 98))) . "\n";
        header('Content-Type: text/plain');
        header('Content-Length: ' . strlen($body));
        header('X-Pid: ' . getmypid());
        echo $body;
        """;

    /// <summary>Debian has its version in the name.</summary>
    internal static string? Program => Tools.Find("php-fpm") ?? Tools.Find("php-fpm?.?");

    /// <summary>The line of a pool's configuration that says who it runs as.</summary>
    internal static string User => Environment.IsPrivilegedProcess ? "user = root" : "";

    internal static Peer? TryStart()
    {
        if (Program is not { } program)
        {
            return null;
        }

        string script = Path.Combine(Programs.Folder, "responder.php");
        string configuration = Path.Combine(Programs.Folder, "php-fpm.conf");
        File.WriteAllText(script, Source);
        return Peer.Start("php-fpm", socket =>
        {
            File.WriteAllText(configuration, $"""
                [global]
                error_log = /proc/self/fd/2
                log_level = warning
                daemonize = no
                [benchmark]
                listen = {socket}
                pm = static
                pm.max_children = 2
                {User}
                """);
            return Start(program, configuration);
        }, script);
    }

    internal static Running Start(string program, string configuration) =>
        Programs.StartForeign([program, "--nodaemonize", "--fpm-config", configuration, .. Environment.IsPrivilegedProcess ? ["--allow-to-run-as-root"] : Array.Empty<string>()]);
}
