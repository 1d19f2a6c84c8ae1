namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Plays that somebody sets the clock: a library put before the C library, with which the wall clock is ten hours ahead as long as a file is there.</summary>
internal static class ShiftedClock
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

    /// <summary>The environment of a program whose clock <see cref="Ahead"/> and <see cref="Back"/> set.</summary>
    internal static async Task<Dictionary<string, string?>> Compile(TempFolder folder) => new()
    {
        ["LD_PRELOAD"] = await Shims.Compile(folder, "clock", Source),
        ["CLOCK_FILE"] = folder.File("ahead"),
    };

    internal static void Ahead(TempFolder folder) => folder.Write("ahead", "");

    internal static void Back(TempFolder folder) => File.Delete(folder.File("ahead"));
}
