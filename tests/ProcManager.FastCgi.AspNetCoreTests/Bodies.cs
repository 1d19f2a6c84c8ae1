using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>Bodies of requests, of every size and kind.</summary>
[Trait("Row", "A4.3")]
public abstract class Bodies(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(10 * 1024 * 1024)]
    public async Task A_body_arrives_whole(int size)
    {
        byte[] body = Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(static n => (byte)n)], size);
        string hash = Convert.ToHexString(SHA256.HashData(body));
        foreach (HttpSite way in new[] { site.Http, site.Unbuffered, site.Kept })
        {
            (await way.Post("/body", body)).Text.Should().Be($"{size} {hash} {size} ");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_body_in_chunks_arrives_whole(int size)
    {
        byte[] body = new byte[size];
        Random.Shared.NextBytes(body);
        string hash = Convert.ToHexString(SHA256.HashData(body));
        (await site.Http.PostChunked("/body", body)).Text.Should().Be($"{size} {hash} {size} ", "nginx has it whole before it asks");
        (await site.Unbuffered.PostChunked("/body", body)).Text.Should().BeOneOf($"{size} {hash} unknown chunked", $"{size} {hash} {(size < 2 ? size : -1)} "); // a small one may be there whole all the same
    }

    [Fact]
    public async Task A_form_a_file_and_JSON()
    {
        using var fields = new FormUrlEncodedContent([new("b", "2 & 3"), new("a", "ä")]);
        (await site.Http.Send(HttpMethod.Post, "/form", fields)).Text.Should().Be("a=ä\nb=2 & 3\n");
        using var parts = new MultipartFormDataContent { { new StringContent("1"), "n" }, { new ByteArrayContent(new byte[300_000]), "upload", "big.bin" } };
        (await site.Http.Send(HttpMethod.Post, "/form", parts)).Text.Should().Be("n=1\nupload: big.bin 300000\n");
        using var json = new StringContent("""{"item":"bread","count":2}""", System.Text.Encoding.UTF8, "application/json");
        Reply reply = await site.Http.Send(HttpMethod.Post, "/json", json);
        JsonDocument.Parse(reply.Text).RootElement.GetProperty("count").GetInt32().Should().Be(3);
        using var broken = new StringContent("""{"item":""", System.Text.Encoding.UTF8, "application/json");
        (await site.Http.Send(HttpMethod.Post, "/json", broken)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_limit_of_the_application_is_answered_with_413()
    {
        (await site.Http.Post("/limited?limit=1000", new byte[1000])).Text.Should().StartWith("1000 ");
        (await site.Http.Post("/limited?limit=1000", new byte[1001])).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await site.Unbuffered.PostChunked("/limited?limit=1000", new byte[1001])).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Synchronous_reading_and_writing_is_refused_unless_allowed()
    {
        (await site.Http.Post("/synchronous?allowed=false", "x"u8.ToArray())).Status.Should().Be(HttpStatusCode.InternalServerError);
        (await site.Http.Post("/synchronous?allowed=true", "x"u8.ToArray())).Text.Should().Be("read x");
    }

    [Fact]
    public async Task The_pipes_of_both_directions_work_together() =>
        (await site.Http.Post("/pipe", new byte[50_000])).Body.Should().HaveCount(50_000);

    [Fact]
    public async Task A_body_that_nobody_reads_does_no_harm()
    {
        foreach (HttpSite way in new[] { site.Http, site.Kept })
        {
            (await way.Post("/seen/a", new byte[1_000_000])).Status.Should().Be(HttpStatusCode.OK);
            (await way.Get("/")).Body.Should().HaveCount(100);
        }
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class BodiesOfManyAtOnce(WebSite site, ITestOutputHelper output) : Bodies(site, output), IClassFixture<WebSite>;

public class BodiesOneByOne(WebSiteOneByOne site, ITestOutputHelper output) : Bodies(site, output), IClassFixture<WebSiteOneByOne>;
