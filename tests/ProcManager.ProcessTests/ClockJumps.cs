using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Somebody sets the clock. A library put before the C library plays that: the wall clock is ten hours ahead as long as a file is there.</summary>
[Trait("Row", "B1")]
public class ClockJumps(ITestOutputHelper output)
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static long ahead(void) { const char *file = getenv("CLOCK_FILE"); return file && access(file, F_OK) == 0 ? 36000 : 0; }
        int clock_gettime(clockid_t id, struct timespec *t)
        {
            static int (*real)(clockid_t, struct timespec *);
            if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
            int result = real(id, t);
            if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) t->tv_sec += ahead();
            return result;
        }
        int gettimeofday(struct timeval *t, void *zone)
        {
            static int (*real)(struct timeval *, void *);
            if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
            int result = real(t, zone);
            if (result == 0) t->tv_sec += ahead();
            return result;
        }
        """;

    [Fact]
    public async Task A_clock_that_is_set_kills_nobody_and_hides_no_hang()
    {
        using var folder = new TempFolder();
        string shim = await Shims.Compile(folder, "clock", Source);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Environment = { ["LD_PRELOAD"] = shim, ["CLOCK_FILE"] = folder.File("ahead") },
            Arguments =
            [
                "--ProcessManager:ProcessCount=2", "--ProcessManager:RequestTimeout=00:00:02", "--ProcessManager:MaxLifetime=01:00:00", "--ProcessManager:WatchdogLadder=Log, Kill",
                "--events=yes", "--commands=yes",
            ],
        });
        await managed.Ready();
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await managed.StatesAre(@"(?:r[.w]|[.w]r)");
        folder.Write("ahead", "");
        (await managed.Client.Get("/clock")).Should().StartWith(DateTime.UtcNow.AddHours(10).ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture), "the clock was set");
        folder.Write("go", "");
        (await slow).Body.Should().Be("waited");
        managed.Count("event hung|event exited").Should().Be(0);

        Task hanging = managed.Client.Lost("/hang");
        await managed.StatesAre(@".*r.*");
        File.Delete(folder.File("ahead"));
        Match hung = await managed.Log.Find(@"event hung \d \d+ Blocked (\d+)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(2000, 2200);
        await hanging;
    }
}
