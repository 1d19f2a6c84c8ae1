namespace ProcManager.Benchmarks.FastCgi;

/// <summary>FCGI::ProcManager as its manual shows it.</summary>
internal static class PerlPeer
{
    internal const string Packages = "libfcgi-perl libfcgi-procmanager-perl";

    private const string Source = """
        use strict;
        use warnings;
        use FCGI;
        use FCGI::ProcManager;

        my $hello = join('', map { chr(97 + $_ % 26) } 0 .. 98) . "\n";
        my $socket = FCGI::OpenSocket($ARGV[0], 512);
        my $request = FCGI::Request(\*STDIN, \*STDOUT, \*STDERR, \my %env, $socket, FCGI::FAIL_ACCEPT_ON_INTR());
        my $manager = FCGI::ProcManager->new({ n_processes => 2, die_timeout => 5 });
        $manager->pm_manage();
        while ($request->Accept() >= 0) {
            $manager->pm_pre_dispatch();
            my $body = $hello;
            if ($env{SCRIPT_NAME} eq '/echo') {
                my $length = $env{CONTENT_LENGTH};
                $body = '';
                while (length($body) < $length) {
                    read(STDIN, $body, $length - length($body), length($body)) or last;
                }
            }
            print "Content-Type: text/plain\r\nContent-Length: " . length($body) . "\r\nX-Pid: $$\r\n\r\n" . $body;
            $request->Finish();
            $manager->pm_post_dispatch();
        }
        """;

    internal static Peer? TryStart()
    {
        if (!Tools.Succeeds("perl", "-MFCGI", "-MFCGI::ProcManager", "-e", "1"))
        {
            return null;
        }

        string file = Path.Combine(Programs.Folder, "responder.pl");
        File.WriteAllText(file, Source);
        return Peer.Start("Perl", socket => Programs.StartForeign("perl", file, socket));
    }
}
