using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>What a program may write, and what nginx makes of it.</summary>
[Trait("Row", "A4.3")]
public abstract class NginxAnswers(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task A_head_in_many_records_is_put_together()
    {
        Reply reply = await site.Http.Get("/split");
        reply.Status.Should().Be(HttpStatusCode.Created);
        reply.Header("X-Split").Should().Be("ab");
        reply.Text.Should().Be("split");
    }

    [Fact]
    public async Task A_large_head_arrives_where_nginx_has_room_for_it_and_costs_nothing_where_it_has_not()
    {
        const int Bytes = 60_000;
        Reply reply = await site.LargeHeads.Get($"/headers?bytes={Bytes}");
        reply.Header("X-Large").Should().HaveLength(Bytes);
        reply.Text.Should().Be("after the head\n");
        (await site.Http.Get($"/headers?bytes={Bytes}")).Status.Should().Be(HttpStatusCode.BadGateway);
        (await site.Http.Get("/headers?bytes=1")).Header("X-Large").Should().Be("x");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(300_000)]
    public async Task Any_amount_of_complaint_goes_to_the_error_log_and_the_answer_to_the_client(int bytes)
    {
        int before = site.Server.Log.Count;
        Reply reply = await site.Http.Get($"/stderr?bytes={bytes}");
        reply.Text.Should().Be("after the complaint\n");
        await site.Server.Log.Find(@"FastCGI sent in stderr: ""?e", before);
    }

    [Fact]
    public async Task A_complaint_that_nginx_looks_for_sends_the_request_to_the_next_server()
    {
        Reply reply = await site.Catching.Get($"/once?file={site.File("once")}");
        reply.Status.Should().Be(HttpStatusCode.OK);
        reply.Text.Should().Be("the second\n");
    }

    [Fact]
    public async Task More_body_than_announced_is_cut()
    {
        (await site.Http.Get("/raw?length=5&bytes=10")).Text.Should().Be("rrrrr");
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
    }

    [Fact]
    public async Task Less_body_than_announced_fails_at_the_client_and_nowhere_else()
    {
        await FluentActions.Awaiting(() => site.Http.Get("/raw?length=10&bytes=5")).Should().ThrowAsync<HttpRequestException>();
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
    }

    [Theory]
    [InlineData("/status?code=204", 204)]
    [InlineData("/status?code=304", 304)]
    [InlineData("/status?code=500", 500)]
    [InlineData("/redirect", 302)]
    [InlineData("/raw?length=0&bytes=0", 200)]
    public async Task Statuses_without_a_body_pass(string path, int status)
    {
        Reply reply = await site.Http.Get(path);
        ((int)reply.Status).Should().Be(status);
        reply.Body.Should().BeEmpty();
    }

    [Fact]
    public async Task A_header_that_is_there_twice_stays_twice() =>
        (await site.Http.Get("/cookies")).Header("Set-Cookie").Should().Be("a=1, b=2");

    [Fact]
    public async Task A_body_that_the_program_does_not_read_takes_nothing_from_the_answer()
    {
        byte[] body = new byte[4 * 1024 * 1024];
        for (int i = 0; i < 5; i++)
        {
            (await site.Http.Post("/ignore", body)).Text.Should().Be("not read\n");
            (await site.Kept.Post("/ignore", body)).Text.Should().Be("not read\n");
            (await site.Kept.Post("/echo", [7])).Body.Should().Equal(7);
        }
    }

    [Fact]
    public async Task A_large_answer_arrives_whole()
    {
        const int Bytes = 20 * 1024 * 1024;
        (await site.Http.Get($"/stream?bytes={Bytes}")).Body.Should().HaveCount(Bytes);
        (await site.Unbuffered.Get($"/stream?bytes={Bytes}")).Body.Should().HaveCount(Bytes);
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxAnswersOneAtATime(NginxScenarios site, ITestOutputHelper output) : NginxAnswers(site, output), IClassFixture<NginxScenarios>;

public class NginxAnswersManyAtOnce(NginxManyAtOnce site, ITestOutputHelper output) : NginxAnswers(site, output), IClassFixture<NginxManyAtOnce>;
