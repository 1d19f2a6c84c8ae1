using System.Net;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>What the client gets is what the application said.</summary>
[Trait("Row", "A4.3")]
public abstract class Answers(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task Status_headers_and_body()
    {
        Reply hello = await site.Http.Get("/");
        hello.Status.Should().Be(HttpStatusCode.OK);
        hello.Text.Should().StartWith("Hello from pid ").And.HaveLength(100);
        hello.Header("Content-Type").Should().Be("text/plain; charset=utf-8");
        Native.Children(site.App.Pid).Should().Contain(hello.Pid);
    }

    [Fact]
    public async Task An_endpoint_gets_manager_and_scoreboard_by_injection() =>
        (await site.Http.Get("/injected")).Text.Should().MatchRegex(@"^Worker [01], \d+ slots\n$");

    [Fact]
    public async Task A_header_named_Status_is_not_the_status()
    {
        Reply reply = await site.Http.Get("/status-header");
        reply.Status.Should().Be(HttpStatusCode.OK);
        reply.Text.Should().Be("fine\n");
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(70_000, 70_000, false)]
    [InlineData(10_000_000, 100_000, true)]
    [InlineData(10_000_000, 1_000_000, false)]
    public async Task Bodies_of_every_size(int count, int part, bool length)
    {
        foreach (HttpSite way in new[] { site.Http, site.Unbuffered, site.Kept })
        {
            Reply reply = await way.Get($"/bytes?count={count}&part={part}&length={length}");
            reply.Body.Length.Should().Be(count);
            reply.Body.Where((b, i) => b != i % part % 251).Should().BeEmpty();
            if (length)
            {
                reply.Header("Content-Length").Should().Be($"{count}");
            }
        }
    }

    [Fact]
    public async Task Several_headers_of_one_name_stay_several()
    {
        Reply reply = await site.Http.Get("/cookies");
        reply.Headers.GetValues("Set-Cookie").Should().Equal("a=1; path=/", "b=2; path=/; httponly");
        reply.Headers.GetValues("X-Bread").Should().Equal("rye", "oat");
    }

    [Fact]
    public async Task Redirects_keep_their_status_and_place()
    {
        Reply moved = await site.Http.Get("/redirect");
        moved.Status.Should().Be(HttpStatusCode.Redirect);
        moved.Headers.Location!.OriginalString.Should().EndWith("/there?x=1");
        Reply made = await site.Http.Get("/created");
        made.Status.Should().Be(HttpStatusCode.Created);
        made.Headers.Location!.OriginalString.Should().EndWith("/made/7");
        made.Text.Should().Be("""{"id":7}""");
    }

    [Fact]
    public async Task Answers_without_a_body()
    {
        foreach (HttpSite way in new[] { site.Http, site.Kept })
        {
            Reply nothing = await way.Get("/nothing");
            nothing.Status.Should().Be(HttpStatusCode.NoContent);
            nothing.Body.Should().BeEmpty();
            (await way.Get("/status?code=304")).Status.Should().Be(HttpStatusCode.NotModified);
            (await way.Get("/status?code=418")).Should().Match<Reply>(static r => (int)r.Status == 418 && r.Header("Content-Length") == "0");
        }
    }

    [Fact]
    public async Task HEAD_has_the_headers_of_GET_and_no_body()
    {
        Reply head = await site.Http.Send(HttpMethod.Head, "/", null);
        head.Status.Should().Be(HttpStatusCode.OK);
        head.Header("Content-Type").Should().Be("text/plain; charset=utf-8");
        head.Body.Should().BeEmpty();
        string file = site.File("headed.txt");
        await File.WriteAllTextAsync(file, "0123456789");
        (await site.Kept.Send(HttpMethod.Head, $"/file?path={file}", null)).Header("Content-Length").Should().Be("10");
        (await site.Kept.Get("/")).Body.Should().HaveCount(100);
    }

    [Fact]
    public async Task A_file_and_a_part_of_it()
    {
        string file = site.File("sent.txt");
        byte[] content = new byte[1_000_000];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(file, content);
        Reply whole = await site.Http.Get($"/file?path={file}");
        whole.Body.Should().Equal(content);
        whole.Header("Content-Length").Should().Be($"{content.Length}");
        Reply part = await site.Http.Get($"/file?path={file}", ("Range", "bytes=100-199"));
        part.Status.Should().Be(HttpStatusCode.PartialContent);
        part.Body.Should().Equal(content[100..200]);
        await File.WriteAllTextAsync(site.File("empty.txt"), "");
        (await site.Http.Get($"/file?path={site.File("empty.txt")}")).Body.Should().BeEmpty();
    }

    [Fact]
    public async Task Until_the_first_flush_the_head_can_change()
    {
        Reply reply = await site.Http.Get("/writer");
        reply.Status.Should().Be(HttpStatusCode.Accepted);
        reply.Text.Should().Be("wwwww");
        reply.Header("X-Late").Should().Be("yes");
        (await site.Http.Get("/too-late")).Text.Should().Be("started refused refused refused True");
        (await site.Http.Get("/hop")).Text.Should().Be("hop\n", "how it travels is the web server's business");
        using RawConnection phrase = await site.Http.Open("GET /phrase HTTP/1.1\nHost: {host}\nConnection: close\n\n");
        (await phrase.Read()).Should().StartWith("HTTP/1.1 200 Quite Well\r\n");
    }

    [Fact]
    public async Task Callbacks_run_last_one_first()
    {
        int from = site.App.Log.Count;
        (await site.Http.Get("/order")).Header("X-Order").Should().Be("second first");
        await site.App.Log.Find("^completed first$", from);
        string[] lines = [.. site.App.Log.Lines.Skip(from).Where(static l => l.Contains("completed ", StringComparison.Ordinal))];
        lines.Where(static l => !l.Contains("badly", StringComparison.Ordinal)).Should().Equal("completed second", "completed first");
        await site.App.Log.Find("completed badly", from);
    }

    [Fact]
    public async Task What_is_flushed_arrives_while_the_application_goes_on()
    {
        string file = site.File($"go-{Guid.NewGuid():N}");
        foreach (string path in new[] { "/stream", "/items" })
        {
            File.Delete(file);
            using RawConnection connection = await site.Unbuffered.Open($"GET {path}?file={file} HTTP/1.1\nHost: {{host}}\nConnection: close\n\n");
            (await connection.Read(path == "/stream" ? "early\n" : "[1")).Should().NotContain("late").And.NotContain("2]");
            await File.WriteAllTextAsync(file, "");
            (await connection.Read()).Should().Contain(path == "/stream" ? "late\n" : "2]");
        }
    }

    [Fact]
    public async Task A_completed_answer_is_there_before_the_application_ends()
    {
        string file = site.File($"go-{Guid.NewGuid():N}");
        using RawConnection connection = await site.Unbuffered.Open($"GET /complete?file={file} HTTP/1.1\nHost: {{host}}\nConnection: close\n\n");
        (await connection.Read("all\n")).Should().Contain("all\n");
        await File.WriteAllTextAsync(file, "");
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class AnswersOfManyAtOnce(WebSite site, ITestOutputHelper output) : Answers(site, output), IClassFixture<WebSite>;

public class AnswersOneByOne(WebSiteOneByOne site, ITestOutputHelper output) : Answers(site, output), IClassFixture<WebSiteOneByOne>;
