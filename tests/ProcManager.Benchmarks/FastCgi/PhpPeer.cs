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

    internal static Peer? TryStart()
    {
        // Debian has its version in the name.
        string? program = Tools.Find("php-fpm") ?? Tools.Find("php-fpm?.?");
        if (program is null)
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
                {(Environment.IsPrivilegedProcess ? "user = root" : "")}
                """);
            return Programs.StartForeign([program, "--nodaemonize", "--fpm-config", configuration, .. Environment.IsPrivilegedProcess ? ["--allow-to-run-as-root"] : Array.Empty<string>()]);
        }, script);
    }
}
