using System.Net;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>An answer that goes wrong never looks right.</summary>
[Trait("Row", "A4.3")]
public abstract class Errors(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Theory]
    [InlineData("/throw", "thrown early")]
    [InlineData("/written-and-thrown", "nothing was sent")]
    [InlineData("/started-and-thrown", "started, but nothing was sent")]
    [InlineData("/starting-throws", "thrown while starting")]
    [InlineData("/length?said=10&part=5&parts=0", "too few bytes written (0 of 10)")]
    [InlineData("/nothing-written", "status code 204")]
    [InlineData("/header", "The value of 'X-Bad' contains CR, LF or NUL")]
    [InlineData("/upgrade", "WebSockets do not work over it")]
    public async Task Before_the_answer_began_it_becomes_500(string path, string reason)
    {
        int from = site.App.Log.Count;
        Reply reply = await site.Kept.Get(path);
        reply.Status.Should().Be(HttpStatusCode.InternalServerError);
        reply.Body.Should().BeEmpty();
        reply.Header("X-Stale").Should().BeNull();
        reply.Header("X-Smuggled").Should().BeNull();
        await site.App.Log.Find($"{path.Split('?')[0]} .*{System.Text.RegularExpressions.Regex.Escape(reason)}", from);
        (await site.Kept.Get("/")).Body.Should().HaveCount(100);
    }

    [Fact]
    public async Task The_applications_own_error_page_is_sent()
    {
        Reply reply = await site.Http.Get("/page/throw");
        reply.Status.Should().Be(HttpStatusCode.InternalServerError);
        reply.Text.Should().Be("page: thrown early\n");
    }

    [Fact]
    public async Task A_bad_request_has_the_status_that_the_application_says() => ((int)(await site.Http.Get("/bad")).Status).Should().Be(418);

    [Theory]
    [InlineData("/throw-late", "thrown late")]
    [InlineData("/length?said=10&part=5&parts=1", "too few bytes written (5 of 10)")]
    [InlineData("/length?said=10&part=6&parts=2", "too many bytes written (12 of 10)")]
    [InlineData("/abort", "aborted True")]
    public async Task After_it_began_the_client_sees_that_it_is_not_whole(string path, string reason)
    {
        int from = site.App.Log.Count;
        await FluentActions.Awaiting(() => site.Unbuffered.Get(path)).Should().ThrowAsync<HttpRequestException>();
        await site.App.Log.Find(System.Text.RegularExpressions.Regex.Escape(reason), from);
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class ErrorsOfManyAtOnce(WebSite site, ITestOutputHelper output) : Errors(site, output), IClassFixture<WebSite>;

public class ErrorsOneByOne(WebSiteOneByOne site, ITestOutputHelper output) : Errors(site, output), IClassFixture<WebSiteOneByOne>;
