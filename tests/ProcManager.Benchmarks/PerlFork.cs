namespace ProcManager.Benchmarks;

/// <summary>What fork(2) makes possible at best: a pre-forking server of a few lines of Perl, which answers with its pid and starts a worker for each that ends.</summary>
internal static class PerlFork
{
    internal const string Packages = "perl";

    private const string Source = """
        use strict;
        use warnings;
        use IO::Socket::INET;

        my ($port, $count) = @ARGV;
        my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 512, ReuseAddr => 1) or die "listen: $!";
        my (%workers, $stopping);
        $SIG{TERM} = sub { $stopping = 1; kill TERM => keys %workers };

        sub start {
            my $pid = fork;
            if ($pid) { $workers{$pid} = 1; return }
            $SIG{TERM} = 'DEFAULT';
            my $body = "$$\n";
            while (my $connection = $listener->accept) {
                my $head = '';
                while ($head !~ /\r\n\r\n/) { sysread($connection, $head, 4096, length $head) or last }
                syswrite $connection, "HTTP/1.1 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
                close $connection;
            }
            exit;
        }

        start() for 1 .. $count;
        print STDERR "all $count workers are ready\n";
        while (%workers) {
            my $pid = waitpid -1, 0;
            if ($pid > 0) { delete $workers{$pid}; start() unless $stopping }
        }
        """;

    internal static bool IsHere => FastCgi.Tools.Succeeds("perl", "-MIO::Socket::INET", "-e", "1");

    internal static Running Start(int workers)
    {
        string file = Path.Combine(Programs.Folder, "fork.pl");
        File.WriteAllText(file, Source);
        Running running = Programs.StartForeign(Programs.FreePort(), "perl", file, workers);
        running.WaitForLine($"all {workers} workers are ready");
        return running;
    }
}
