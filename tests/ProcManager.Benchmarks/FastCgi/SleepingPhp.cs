namespace ProcManager.Benchmarks.FastCgi;

/// <summary>php-fpm with <c>pm = dynamic</c>, the numbers of <see cref="SleepingProgram"/> and the same program in PHP.</summary>
internal static class SleepingPhp
{
    private const string Source = """
        <?php
        header('Content-Type: text/plain');
        echo getmypid(), "\n";
        while (ob_get_level() > 0) {
            ob_end_flush();
        }
        flush();
        sleep((int)substr($_SERVER['REQUEST_URI'], 1));
        """;

    /// <summary>Null where there is no php-fpm.</summary>
    internal static SleepingPool? TryStart(string name)
    {
        if (PhpPeer.Program is not { } program)
        {
            return null;
        }

        string script = Path.Combine(Programs.Folder, $"{name}.php");
        string socket = Path.Combine(Programs.Folder, $"{name}.socket");
        string configuration = Path.Combine(Programs.Folder, $"{name}.conf");
        File.WriteAllText(script, Source);
        File.WriteAllText(configuration, $"""
            [global]
            error_log = /proc/self/fd/2
            log_level = error
            daemonize = no
            [benchmark]
            listen = {socket}
            pm = dynamic
            pm.start_servers = {SleepingProgram.Start}
            pm.min_spare_servers = {SleepingProgram.MinSpare}
            pm.max_spare_servers = {SleepingProgram.MaxSpare}
            pm.max_children = {SleepingProgram.Most}
            {PhpPeer.User}
            """);
        return new SleepingPool(PhpPeer.Start(program, configuration), socket, script);
    }
}
