using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>Clients that go away in the middle. nginx then closes its connection to the program; the one worker there is must go on.</summary>
[Trait("Row", "A4.3")]
public abstract class NginxClientsGone(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task While_the_program_works_it_is_told_and_the_worker_goes_on()
    {
        string file = site.File("hold");
        int pid = (await site.Http.Get("/")).Pid;
        using (await site.Http.Open($"GET /hold?file={file} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await Appears(file + ".begun");
        }

        await Appears(file + ".aborted");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    [Fact]
    public async Task In_the_middle_of_a_body_reading_it_fails_and_the_worker_goes_on()
    {
        string file = site.File("read");
        int pid = (await site.Http.Get("/")).Pid;
        using (RawConnection connection = await site.Unbuffered.Open($"POST /read?file={file} HTTP/1.1\nHost: {{host}}\nContent-Length: 1000000\n\n"))
        {
            await connection.Write(new byte[10_000]);
            await Appears(file + ".begun");
        }

        await Appears(file + ".failed");
        (await File.ReadAllTextAsync(file + ".failed")).Should().Be("FastCgiAbortedException");
        File.Exists(file + ".done").Should().BeFalse("a part is not the body");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    [Fact]
    public async Task In_the_middle_of_a_large_answer_writing_ends_and_the_worker_goes_on()
    {
        string file = site.File("stream");
        int pid = (await site.Http.Get("/")).Pid;
        using (RawConnection connection = await site.Unbuffered.Open($"GET /stream?bytes=1000000000&file={file} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await Appears(file + ".begun");
            await connection.Read("\r\n\r\n");
        }

        await Appears(file + ".gone");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    [Fact]
    public async Task Before_the_worker_is_free_to_take_it_a_request_costs_nothing()
    {
        string file = site.File("queue");
        int pid = (await site.Http.Get("/")).Pid;
        using RawConnection busy = await site.Http.Open($"GET /hold?file={file} HTTP/1.1\nHost: {{host}}\nConnection: close\n\n");
        await Appears(file + ".begun");
        for (int i = 0; i < 20; i++)
        {
            using RawConnection gone = await site.Http.Open("GET / HTTP/1.1\nHost: {host}\n\n");
        }

        await File.WriteAllTextAsync(file, "");
        (await busy.Read()).Should().Contain("held");
        (await site.Http.Get("/")).Pid.Should().Be(pid);
    }

    private static Task Appears(string file) => Until.True(() => File.Exists(file), $"{Path.GetFileName(file)} is there");

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxClientsGoneOneAtATime(NginxClientsGoneOneAtATime.OneWorker site, ITestOutputHelper output)
    : NginxClientsGone(site, output), IClassFixture<NginxClientsGoneOneAtATime.OneWorker>
{
    public class OneWorker : NginxScenarios
    {
        protected override string[] Switches => ["--ProcessManager:ProcessCount=1"];
    }
}

public class NginxClientsGoneManyAtOnce(NginxClientsGoneManyAtOnce.OneWorker site, ITestOutputHelper output)
    : NginxClientsGone(site, output), IClassFixture<NginxClientsGoneManyAtOnce.OneWorker>
{
    public class OneWorker : NginxScenarios
    {
        protected override string[] Switches => ["--ProcessManager:ProcessCount=1", "--FastCgi:MaxConcurrentRequests=8"];
    }
}
