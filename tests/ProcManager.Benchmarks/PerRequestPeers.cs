using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>Servers that give each connection a process of its own: fork(2) in Perl and in C, and a loop in C that starts a program for each connection, as inetd does.</summary>
internal static class PerRequestPeers
{
    internal const string PerlPackages = PerlFork.Packages;
    internal const string CPackages = "gcc libc6-dev";

    private const string Perl = """
        use strict;
        use warnings;
        use IO::Socket::INET;

        my ($port) = @ARGV;
        my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 512, ReuseAddr => 1) or die "listen: $!";
        $SIG{CHLD} = 'IGNORE'; # the kernel reaps them
        print STDERR "listening\n";
        while (1) {
            my $connection = $listener->accept or next;
            my $pid = fork;
            die "fork: $!" unless defined $pid;
            if ($pid) { close $connection; next }
            my $head = '';
            while ($head !~ /\r\n\r\n/) { sysread($connection, $head, 4096, length $head) or last }
            my $body = "$$\n";
            syswrite $connection, "HTTP/1.1 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
            close $connection;
            exit;
        }
        """;

    /// <summary>With further arguments it executes them for each connection, without it answers itself.</summary>
    private const string C = """
        #include <arpa/inet.h>
        #include <netinet/in.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>

        static void answer(int connection) {
            char head[4096], body[32], text[256];
            size_t length = 0;
            ssize_t n;
            while (length < sizeof head - 1 && (n = read(connection, head + length, sizeof head - 1 - length)) > 0) {
                length += n;
                head[length] = 0;
                if (strstr(head, "\r\n\r\n")) break;
            }
            int size = snprintf(body, sizeof body, "%d\n", getpid());
            int all = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", size, body);
            if (write(connection, text, all) < all) _exit(1);
        }

        int main(int count, char **arguments) {
            int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
            struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr = { htonl(INADDR_LOOPBACK) } };
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
            if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) return perror("listen"), 1;
            signal(SIGCHLD, SIG_IGN);
            fputs("listening\n", stderr);
            for (;;) {
                int connection = accept4(listener, 0, 0, SOCK_CLOEXEC);
                if (connection < 0) continue;
                pid_t child = fork();
                if (child < 0) return perror("fork"), 1;
                if (child == 0) {
                    if (count > 2) {
                        signal(SIGCHLD, SIG_DFL);
                        dup2(connection, 0);
                        dup2(connection, 1);
                        execv(arguments[2], arguments + 2);
                        _exit(127);
                    }
                    answer(connection);
                    _exit(0);
                }
                close(connection);
            }
        }
        """;

    internal static Running? TryPerl()
    {
        if (!PerlFork.IsHere)
        {
            return null;
        }

        string file = Path.Combine(Programs.Folder, "connections.pl");
        File.WriteAllText(file, Perl);
        return Listening(port => Programs.StartForeign(port, "perl", [file, Text(port)]));
    }

    /// <summary>Forks; with a program, starts it for each connection.</summary>
    internal static Running? TryC(params string[] program)
    {
        string file = Path.Combine(Programs.Folder, "connections");
        if (!File.Exists(file))
        {
            File.WriteAllText(file + ".c", C);
            if (!FastCgi.Tools.Succeeds("gcc", "-O2", "-o", file, file + ".c"))
            {
                return null;
            }
        }

        return Listening(port => Programs.StartForeign(port, file, [Text(port), .. program]));
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static Running Listening(Func<int, Running> start)
    {
        Running running = start(Programs.FreePort());
        running.WaitForLine("listening");
        return running;
    }
}
