using System.Collections.Concurrent;
using System.Globalization;
using ProcManager.Services.Notification;

namespace ProcManager.Services.Tests.Notification;

[Trait("Row", "E4")]
public sealed class Queueing : IDisposable
{
    private readonly LogOfAKeeper _log = new();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Notices_are_told_one_after_the_other_to_each_notifier()
    {
        var first = new Recorder();
        var second = new Recorder();
        await using (var queue = new Telling(_log, null, first, second))
        {
            for (int i = 0; i < 100; i++)
            {
                queue.Tell(Notice(i), new ServiceNotifyOptions());
            }
        }

        first.Told.Should().Equal(Enumerable.Range(0, 100).Select(static i => (long)i));
        second.Told.Should().Equal(first.Told);
        first.MostAtOnce.Should().Be(1);
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public async Task The_command_of_a_service_is_run_as_well()
    {
        await using (var queue = new Telling(_log, null))
        {
            queue.Tell(Notice(5), new ServiceNotifyOptions { Command = ServiceCommand.Shell($"echo $PROCMANAGER_RESTARTS >> {_folder.File("told")}") });
            queue.Tell(Notice(6), new ServiceNotifyOptions { Command = ServiceCommand.Shell("exit 1") });
        }

        (await File.ReadAllTextAsync(_folder.File("told"))).Should().Be("5\n");
        _log.Lines.Should().Equal("service a: the notice 'Down' was not told by the command /bin/sh: /bin/sh exited with 1");
    }

    [Fact]
    public async Task A_notifier_that_throws_or_hangs_holds_neither_the_keeper_nor_the_others()
    {
        var last = new Recorder();
        using var release = new ManualResetEventSlim();
        IServiceNotifier throwing = new Notifier(static (_, _) => throw new InvalidOperationException("no network"));
        IServiceNotifier obedient = new Notifier(static (_, token) => Task.Delay(Timeout.Infinite, token));
        IServiceNotifier deaf = new Notifier((_, _) =>
        {
            release.Wait(CancellationToken.None);
            return Task.CompletedTask;
        });
        await using (var queue = new Telling(_log, TimeSpan.FromMilliseconds(200), throwing, obedient, deaf, last))
        {
            queue.Tell(Notice(1), new ServiceNotifyOptions());
            await Until.True(() => last.Told.Count == 1, "the first notice is told");
            queue.Tell(Notice(2), new ServiceNotifyOptions());
            await Until.True(() => last.Told.Count == 2, "the second notice is told");
            release.Set();
        }

        _log.Lines.Should().Equal(
            "service a: the notice 'Down' was not told by a notifier of the test: no network",
            "service a: the notice 'Down' was not told by a notifier of the test: it did not end within 0.2 s",
            "service a: the notice 'Down' was not told by a notifier of the test: it did not end within 0.2 s",
            "service a: the notice 'Down' was not told by a notifier of the test: no network",
            "service a: the notice 'Down' was not told by a notifier of the test: it did not end within 0.2 s",
            "service a: the notice 'Down' was not told by a notifier of the test: it still hangs in an earlier call");
    }

    [Fact]
    public async Task A_command_that_hangs_holds_no_notifier_of_the_host()
    {
        var last = new Recorder();
        TestProcess.Run("mkfifo", _folder.File("hang"));
        var queue = new Telling(_log, null, last);
        queue.Tell(Notice(1), new ServiceNotifyOptions { Command = ServiceCommand.Shell($"read x < {_folder.File("hang")}") });
        await Until.True(() => last.Told.Count == 1, "the host is told meanwhile", seconds: 20);
        await File.WriteAllTextAsync(_folder.File("hang"), "go on\n");
        await queue.DisposeAsync();
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public async Task A_command_that_still_runs_at_the_end_is_killed_with_what_it_has_started_and_that_is_said()
    {
        var queue = new Telling(_log, TimeSpan.FromSeconds(1));
        queue.Tell(Notice(1), new ServiceNotifyOptions { Command = ServiceCommand.Shell($"sleep 1000 & echo $! > {_folder.File("child.new")}; mv {_folder.File("child.new")} {_folder.File("child")}; wait") });
        await Until.True(() => File.Exists(_folder.File("child")), "the command runs");
        await queue.EndAsync(TimeSpan.FromMilliseconds(10));
        int child = int.Parse(await File.ReadAllTextAsync(_folder.File("child")), CultureInfo.InvariantCulture);
        _log.Lines.Should().Equal("service a: the notice 'Down' was not told by the command /bin/sh: the keeper has ended, and its command was killed");
        await Until.True(() => !File.Exists($"/proc/{child}/exe"), "the end of what the command has started", seconds: 5);
    }

    [Fact]
    public void Notifiers_of_equal_options_are_equal()
    {
        static IServiceNotifier Of(string word, string? mail = null) => ProcManager.Services.Notification.Notifiers.Of(new ServiceNotifyOptions { Command = mail is null ? new ServiceCommand("tell", word) : null, Mail = mail }).Single();
        Of("a").Should().Be(Of("a")).And.NotBe(Of("b"));
        Of("", "root").Should().Be(Of("", "root")).And.NotBe(Of("", "ops"));
        Of("a").GetHashCode().Should().Be(Of("a").GetHashCode());
    }

    [Fact]
    public async Task Too_many_notices_are_dropped_and_said_so()
    {
        using var release = new ManualResetEventSlim();
        var queue = new Telling(_log, null, new Notifier((_, _) => { release.Wait(CancellationToken.None); return Task.CompletedTask; }));
        for (int i = 0; i < NotificationQueue.MaxWaiting + 2; i++)
        {
            queue.Tell(Notice(i), new ServiceNotifyOptions());
        }

        _log.Lines.Should().NotBeEmpty().And.OnlyContain(static l => l == "service a: a notice is not told: 1000 notices wait already");
        release.Set();
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task The_end_waits_no_longer_than_one_call_may_take()
    {
        using var release = new ManualResetEventSlim();
        var queue = new Telling(_log, TimeSpan.FromMilliseconds(100), new Notifier((_, _) => { release.Wait(CancellationToken.None); return Task.CompletedTask; }));
        queue.Tell(Notice(1), new ServiceNotifyOptions());
        queue.Tell(Notice(2), new ServiceNotifyOptions());
        await queue.DisposeAsync();
        await Until.True(() => _log.Lines.Count == 2, "both notices are given up");
        release.Set();
    }

    private static ServiceNotice Notice(long restarts) => new("a", ServiceChange.Down, DateTimeOffset.UnixEpoch, "gone", null, restarts, "");

    /// <summary>A queue with the notifiers of a host.</summary>
    private sealed class Telling(LogOfAKeeper log, TimeSpan? timeout, params IServiceNotifier[] hosts) : IAsyncDisposable
    {
        private readonly NotificationQueue _queue = new(log, timeout);

        internal void Tell(ServiceNotice notice, ServiceNotifyOptions options) => _queue.Add(notice.Service, [.. ProcManager.Services.Notification.Notifiers.Of(options), .. hosts], () => Task.FromResult(notice));

        internal Task EndAsync(TimeSpan patience) => _queue.EndAsync(patience);

        public async ValueTask DisposeAsync()
        {
            await EndAsync(timeout ?? TimeSpan.FromSeconds(30));
            _queue.Dispose();
        }
    }

    private sealed class Notifier(Func<ServiceNotice, CancellationToken, Task> tell) : IServiceNotifier
    {
        public Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken) => tell(notice, cancellationToken);

        public override string ToString() => "a notifier of the test";
    }

    private sealed class Recorder : IServiceNotifier
    {
        private int _atOnce;

        internal ConcurrentQueue<long> Told { get; } = new();

        internal int MostAtOnce { get; private set; }

        public async Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            await Task.Yield();
            Told.Enqueue(notice.Restarts);
            _ = Interlocked.Decrement(ref _atOnce);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Told.Count}");
    }
}
