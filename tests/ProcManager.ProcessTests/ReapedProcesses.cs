using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary><c>procman reap</c> on managers that are not ours, with a worker that really grows, under traffic.</summary>
[Trait("Row", "C4")]
public sealed class ReapedProcesses(ITestOutputHelper output) : IDisposable
{
    private const string Perl = """
        use strict; use IO::Socket::INET; use FCGI::ProcManager;
        my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 64) or die $!;
        $| = 1;
        print "port ", $listener->sockport, "\n";
        my $manager = FCGI::ProcManager->new({ n_processes => 2, pid_fname => $ARGV[0] });
        $manager->pm_manage;
        my @kept;
        while (my $client = $listener->accept) {
            $manager->pm_pre_dispatch;
            my $request = <$client>;
            while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n/ }
            push @kept, 'x' x ($ENV{GROW} << 20) if $request =~ m{/grow };
            print $client "HTTP/1.1 200 OK\r\nContent-Length: ", length($$), "\r\nConnection: close\r\n\r\n$$";
            close $client;
            $manager->pm_post_dispatch;
        }
        """;

    private const string Python = """
        import os
        kept = []
        def app(environ, start_response):
            if environ['PATH_INFO'] == '/grow':
                kept.append(b'x' * (80 << 20))
            body = str(os.getpid()).encode()
            start_response('200 OK', [('Content-Length', str(len(body)))])
            return [body]
        """;

    private readonly TempFolder _folder = new();
    private readonly List<Process> _started = [];

    private string PidFile => _folder.File("parent.pid");

    [Fact]
    public async Task A_worker_of_FCGI_ProcManager_that_has_grown_is_replaced_and_no_request_is_lost()
    {
        _folder.Write("pool.pl", Perl);
        Process manager = Start(new ProcessStartInfo("perl", [_folder.File("pool.pl"), PidFile]) { Environment = { ["GROW"] = "80" } }); // a constant would be made before the fork
        string line = (await manager.StandardOutput.ReadLineAsync())!;
        await Replaces(int.Parse(line["port ".Length..]), "HUP");
    }

    [Fact]
    public async Task A_worker_of_gunicorn_that_has_grown_is_replaced_and_no_request_is_lost()
    {
        _folder.Write("grows.py", Python);
        int port = Native.FreePort();
        Start("gunicorn", "--chdir", _folder.Path, "-w", "2", "-b", $"127.0.0.1:{port}", "-p", PidFile, "--log-level", "warning", "grows:app");
        await Replaces(port, "TERM");
    }

    /// <summary>PHP gives its memory back behind each request, so the worker is over the limit in the middle of one. The answer comes whole all the same.</summary>
    [Fact]
    public async Task A_worker_of_php_fpm_finishes_its_request_before_it_ends()
    {
        int port = Native.FreePort();
        _folder.Write("fpm.conf", $"[global]\npid={PidFile}\nerror_log={_folder.File("fpm.log")}\ndaemonize=no\n[www]\nlisten=127.0.0.1:{port}\npm=static\npm.max_children=2\nuser=root\ngroup=root\n");
        _folder.Write("grows.php", $"<?php $kept = str_repeat('x', 80 << 20); touch('{_folder.File("grown")}'); while (!file_exists('{_folder.File("go")}')) {{ usleep(10000); clearstatcache(); }} echo strlen($kept), ' of ', getmypid();");
        string fpm = Directory.GetFiles("/usr/sbin", "php-fpm*").Order(StringComparer.Ordinal).First();
        Start(fpm, "--allow-to-run-as-root", "--nodaemonize", "--fpm-config", _folder.File("fpm.conf"));
        await Until.True(() => File.Exists(PidFile), "php-fpm has written its pid file");
        Process request = Start(new ProcessStartInfo("cgi-fcgi", ["-bind", "-connect", $"127.0.0.1:{port}"])
        {
            Environment = { ["REQUEST_METHOD"] = "GET", ["SCRIPT_FILENAME"] = _folder.File("grows.php"), ["DOCUMENT_ROOT"] = _folder.Path, ["SCRIPT_NAME"] = "/grows.php" },
        });
        await Until.True(() => File.Exists(_folder.File("grown")), "the worker has grown");

        Process reaper = Procman("reap", "--pid-file", PidFile, "--max-memory", "60MiB", "--samples", "1", "--signal", "QUIT");
        string said = (await reaper.StandardOutput.ReadLineAsync())!;
        said.Should().MatchRegex(@"^process \d+: \d+(\.\d)? MiB of 60 MiB, QUIT sent$");
        string pid = said.Split(' ', ':')[1];
        _folder.Write("go", "");
        (await request.StandardOutput.ReadToEndAsync()).Should().EndWith($"{80 << 20} of {pid}");
        (await reaper.StandardOutput.ReadLineAsync()).Should().Be($"process {pid} has ended");
        await reaper.WaitForExitAsync();
        reaper.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task It_goes_on_while_the_interval_says_so_and_finds_a_parent_that_was_started_again()
    {
        string[] switches = [$"--ProcessManager:PidFile={PidFile}", "--ProcessManager:ProcessCount=1", "--events=yes"];
        Process reaper;
        await using (Managed first = await Managed.Start(output, switches))
        {
            reaper = Procman("reap", "--pid-file", PidFile, "--max-memory", "150MiB", "--samples", "1", "--interval", "200ms");
            await first.Client.Get("/leak?mb=200");
            await first.Log.Find("^event exited 0 .* cause=AskedByOther code=0");
            first.Signal(Native.Term);
            (await first.Exit()).Should().Be(0);
        }

        (await reaper.StandardError.ReadLineAsync()).Should().Contain("It is looked for again.");
        await using Managed second = await Managed.Start(output, switches);
        await second.Client.Get("/leak?mb=200");
        await second.Log.Find("^event exited 0 .* cause=AskedByOther code=0");
        reaper.Kill();
        (await reaper.StandardError.ReadToEndAsync()).Should().BeEmpty("a parent that is missing is told once");
    }

    [Theory]
    [InlineData(64, "reap --max-memory 100MiB", "reap needs the parent: --pid PID or --pid-file FILE.")]
    [InlineData(64, "reap --pid 1 --pid-file x --max-memory 100MiB", "--pid and --pid-file exclude each other.")]
    [InlineData(64, "reap --pid 1", "Option '--max-memory' is required.")]
    [InlineData(64, "reap --pid 1 --max-memory much", "--max-memory is 'much'; allowed: a number of bytes, such as 200MiB")]
    [InlineData(64, "reap --pid 1 --max-memory 1MiB --measure all", "--measure is 'all'; allowed: private, rss, pss or virtual.")]
    [InlineData(64, "reap --pid 1 --max-memory 1MiB --pause 10", "--pause is '10'; allowed: a time with its unit")]
    [InlineData(64, "reap --pid 1 --max-memory 1MiB --once --interval 1m", "--once and --interval exclude each other.")]
    [InlineData(64, "reap --pid 1 --max-memory 1MiB --interval 0s", "--interval is '0s'; allowed: 100ms to 20d.")]
    [InlineData(2, "reap --pid 4194304 --max-memory 1MiB", "there is no process 4194304.")]
    [InlineData(2, "reap --pid-file /none --max-memory 1MiB", "the pid file /none cannot be read: ")]
    public async Task A_wrong_call_is_told_in_one_line(int code, string line, string error)
    {
        Process tool = Procman(line.Split(' '));
        (await tool.StandardError.ReadToEndAsync()).Should().StartWith("procman: ").And.Contain(error);
        await tool.WaitForExitAsync();
        tool.ExitCode.Should().Be(code);
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task Replaces(int port, string signal)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.ConnectionClose = true;
        await Until.True(async () => await Answers(client), "the pool answers");
        string grown = await client.GetStringAsync("/grow");
        using var end = new CancellationTokenSource();
        Task<(int Answers, HashSet<string> Pids)> traffic = Ask(client, end.Token);

        Process reaper = Procman("reap", "--pid-file", PidFile, "--max-memory", "60MiB", "--samples", "2", "--signal", signal);
        string said = await reaper.StandardOutput.ReadToEndAsync();
        await reaper.WaitForExitAsync();
        reaper.ExitCode.Should().Be(0);
        said.Should().MatchRegex($@"^process {grown}: \d+(\.\d)? MiB of 60 MiB, {signal} sent\nprocess {grown} has ended\n$");

        await Until.True(async () => await client.GetStringAsync("/") is var pid && pid != grown, "another worker answers");
        await end.CancelAsync();
        (int answers, _) = await traffic; // throws when a request was lost
        answers.Should().BePositive();
        Process again = Procman("reap", "--pid-file", PidFile, "--max-memory", "60MiB", "--samples", "1");
        (await again.StandardOutput.ReadToEndAsync()).Should().BeEmpty("no worker is over the limit any more");
    }

    private static async Task<(int Answers, HashSet<string> Pids)> Ask(HttpClient client, CancellationToken until)
    {
        var pids = new HashSet<string>();
        int answers = 0;
        while (!until.IsCancellationRequested)
        {
            pids.Add(await client.GetStringAsync("/", CancellationToken.None));
            answers++;
        }

        return (answers, pids);
    }

    private static async Task<bool> Answers(HttpClient client)
    {
        try
        {
            return (await client.GetStringAsync("/")).Length > 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Procman(params string[] arguments) => Start(Places.Procman, arguments);

    private Process Start(string program, params string[] arguments) => Start(new ProcessStartInfo(program, arguments));

    private Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Process process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }
}
