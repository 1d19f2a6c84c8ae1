using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.RealServices;

/// <summary>The files of docs/services.md, as they are, with the configurations of the Debian packages. In a network of the test's own, where their ports are free, and with a /run of its own.</summary>
[Trait("Row", "E1")]
public sealed class Samples : IDisposable
{
    private const string LoopbackUp = """perl -e 'use Socket; socket(S, AF_INET, SOCK_DGRAM, 0) or die; my $r = pack("a16 s x22", "lo", 1); ioctl(S, 0x8914, $r) or die "$!\n"'""";

    private readonly TempFolder _folder = new();

    [FactAsRoot]
    public Task The_nginx_of_the_page_is_kept() => IsKept("nginx", ends: false);

    [FactAsRoot]
    public Task The_redis_of_the_page_is_kept() => IsKept("redis", ends: true);

    private async Task IsKept(string service, bool ends)
    {
        string keep = $"exec {Repository.Procman} keep {Repository.Root}/samples/Keeper/{service}.json --folder {_folder.File("keeper")}";
        using Process keeper = Process.Start(new ProcessStartInfo("unshare", ["--net", "--mount", "sh", "-c", $"set -e; {LoopbackUp}; mount -t tmpfs tmpfs /run; mount -t tmpfs -o uid=$(id -u redis),mode=750 tmpfs /var/lib/redis; {keep}"]) { RedirectStandardError = true })!;
        var log = new LineLog();
        _ = Task.Run(async () =>
        {
            while (await keeper.StandardError.ReadLineAsync() is { } line)
            {
                log.Add(line);
            }

            log.End();
        });
        await log.Find($"service {service}: up$");
        int first = Pid(service);
        int before = log.Count;
        KeeperHost.Signal(first, "KILL");
        await log.Find($"service {service}: (up$|recovered)", before);
        int second = Pid(service);
        second.Should().NotBe(first);
        KeeperHost.Signal(keeper.Id, "TERM");
        await keeper.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        KeeperHost.Runs(second).Should().Be(!ends);
        if (!ends)
        {
            KeeperHost.Signal(second, "TERM");
        }
    }

    public void Dispose() => _folder.Dispose();

    private int Pid(string service) => int.Parse(
        Regex.Match(TestProcess.Run(Repository.Procman, "keep", "status", service, "--json", "--folder", _folder.File("keeper")), "\"pid\": ?(\\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
}
