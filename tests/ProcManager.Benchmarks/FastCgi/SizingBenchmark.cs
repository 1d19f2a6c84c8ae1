namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// A pool of two that may grow to forty, and thirty-two requests at once that each keep a worker. How long until the last of them is
/// being served, and until somebody is free for one more? The yardstick: php-fpm with the same numbers.
/// </summary>
internal static class SizingBenchmark
{
    private const int Rounds = 3;
    private const int Clients = 32;
    private const int Short = 3;
    private const int Long = 40; // longer than anybody takes to grow

    internal static void Run(Table table)
    {
        // php-fpm sleeps nearly all the time, so its two bursts go on at once. Ours has the machine for itself, as each worker's start takes processor time.
        Task<Grown>? phpHeld = Php("php-held", Long);
        Task<Grown>? phpShort = Php("php-short", Short);
        Grown?[] php = [phpHeld?.Result, phpShort?.Result];
        Grown[] held = [.. Enumerable.Range(0, Rounds).Select(static i => Grow(Ours($"held-{i}"), Long))];
        Grown[] brief = [.. Enumerable.Range(0, Rounds).Select(static i => Grow(Ours($"short-{i}"), Short))];
        if (php is not [{ } long32, { } short32])
        {
            table.Missing("php-fpm", PhpPeer.Packages);
            table.Note($"{Clients} held requests: all being served", held.Select(static g => g.Served).Median(), "ms");
            table.Note("  one more is answered", held.Select(static g => g.Free).Median(), "ms");
            table.Note($"{Clients} requests of {Short} s: all being served", brief.Select(static g => g.Served).Median(), "ms");
            return;
        }

        table.AtMostTimes($"{Clients} held requests: all being served", held.Select(static g => g.Served).Median(), "php-fpm", long32.Served, 0.5, "ms");
        table.AtMostTimes("  one more is answered", held.Select(static g => g.Free).Median(), "php-fpm", long32.Free, 0.5, "ms");
        table.Note($"  slowest of {Rounds} rounds", held.Max(static g => g.Free), "ms");
        table.AtMostTimes($"{Clients} requests of {Short} s: all being served", brief.Select(static g => g.Served).Median(), "php-fpm", short32.Served, 0.5, "ms");
        table.Note("  workers then", brief.Select(static g => (double)g.Workers).Median(), "");
        table.Note("  workers of php-fpm then", short32.Workers, "");
    }

    private static SleepingPool Ours(string name)
    {
        string socket = Path.Combine(Programs.Folder, $"{name}.socket");
        return new SleepingPool(Programs.StartSleeping(socket), socket, "/var/www/html/index");
    }

    private static Task<Grown>? Php(string name, int seconds) =>
        SleepingPhp.TryStart(name) is { } pool ? Task.Factory.StartNew(() => Grow(pool, seconds), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default) : null;

    private static Grown Grow(SleepingPool pool, int seconds)
    {
        using (pool)
        {
            pool.WaitUntilReady();
            Thread.Sleep(Random.Shared.Next(2_000, 3_000)); // at any moment between two looks at the pool
            double served = pool.Burst(Clients, seconds);
            int workers = ProcFs.Children(pool.Program.Pid).Count;
            return new Grown(served, served + pool.Burst(1, 0), workers);
        }
    }

    /// <summary>What came of a burst: milliseconds until all were being served and until one more was, and how many workers it took.</summary>
    private sealed record Grown(double Served, double Free, int Workers);
}
