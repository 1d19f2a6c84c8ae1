namespace ProcManager.Benchmarks;

/// <summary>
/// What the service keeper costs while it looks at 200 services once a second, and how fast a foreground service is started again after its death. The yardsticks of the second part, in turns with it: runit and supervisord.
/// </summary>
internal static class KeepBenchmark
{
    private const int Services = 200;
    private const int Seconds = 20;
    private const int Rounds = 25;

    internal static void Run(Table table)
    {
        Checks(table);
        Restarts(table);
    }

    private static void Checks(Table table)
    {
        using var targets = new CheckTargets();
        foreach (CheckMix mix in CheckMix.All)
        {
            using Running keeper = Programs.StartKeeper(targets.Definitions(mix, Services));
            keeper.WaitForLine($"keeping {Services} services");
            Thread.Sleep(20_000); // up to then the runtime compiles, which it does once in the life of a keeper
            double cpu = ProcFs.CpuSeconds(keeper.Pid);
            long checks = targets.Connections;
            Thread.Sleep(Seconds * 1000);
            cpu = (ProcFs.CpuSeconds(keeper.Pid) - cpu) / Seconds;
            checks = targets.Connections - checks;
            if (checks < mix.Connects(Services) * (Seconds - 2) || checks > mix.Connects(Services) * (Seconds + 2))
            {
                table.Fail($"{checks} connections in {Seconds} s from {mix.Connects(Services)} checks a second: this was no looking");
            }

            string what = $"{Services} services looked at each second, {mix.Name}: of a CPU";
            if (mix.HasTarget)
            {
                table.AtMost(what, cpu * 100, 2, "%");
            }
            else
            {
                table.Note("  " + what, cpu * 100, "%");
            }
        }
    }

    private static void Restarts(Table table)
    {
        List<RestartPeer> peers = [RestartPeer.Keeper(), .. RestartPeer.TryRunit(table), .. RestartPeer.TrySupervisord(table)];
        try
        {
            for (int round = 0; round < Rounds + 2; round++)
            {
                peers.ForEach(p => p.Kill(counts: round >= 2));
                Thread.Sleep(1_300); // runit and supervisord take less for a failed start, and wait
            }

            double[] ours = [.. peers[0].Milliseconds];
            table.AtMost($"KILL of a foreground service until the next one runs, n={Rounds}", ours.Median(), 5, "ms");
            table.Note("  90 % are faster than", ours.Quantile(0.9), "ms");
            foreach (RestartPeer peer in peers.Skip(1))
            {
                table.AtMostTimes("  median beside", ours.Median(), peer.Name, peer.Milliseconds.Median(), 1, "ms");
                table.NoteTimes("  90 % beside", ours.Quantile(0.9), peer.Name, peer.Milliseconds.Quantile(0.9), "ms");
            }
        }
        finally
        {
            peers.ForEach(static p => p.Dispose());
        }
    }
}
