using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>Bodies that are not as long as they were announced, and answers that begin before a body has come.</summary>
public abstract partial class Engines
{
    [Theory]
    [InlineData("0", "x")]
    [InlineData("3", "abcdef")]
    public void A_body_longer_than_announced_is_cut(string announced, string body)
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", announced))), Wire.Stream(Wire.Stdin, 1, System.Text.Encoding.ASCII.GetBytes(body)));

        server.Reply().Body.Should().Be(body[..int.Parse(announced, System.Globalization.CultureInfo.InvariantCulture)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    public void A_body_shorter_than_announced_is_400(string body)
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.BeginRequest(keep: true), Wire.Stream(Wire.Params, 1, Wire.Pairs(("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "3"))), Wire.Stream(Wire.Stdin, 1, System.Text.Encoding.ASCII.GetBytes(body)));

        server.Reply().Head.Should().StartWith("Status: 400 ");
        server.Send(Wire.Request(body: "next"u8.ToArray()));
        server.Reply().Body.Should().Be("next");
    }

    [Theory]
    [InlineData("+5")]
    [InlineData("-1")]
    [InlineData("5 ")]
    [InlineData("0x5")]
    [InlineData("99999999999999999999")]
    public void A_length_that_is_no_number_is_400(string announced)
    {
        using Infrastructure.Program program = Echo();

        program.Ask("abcde"u8.ToArray(), ("CONTENT_LENGTH", announced)).Head.Should().StartWith("Status: 400 ");
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(900_000)]
    public void An_answer_may_begin_before_the_body_has_come(int length)
    {
        using Infrastructure.Program program = Start(
            static async request =>
            {
                await request.Response.WriteAsync(new byte[2_000_000]);
                await request.Response.FlushAsync();
                byte[] body = await Bodies.ReadAll(request.Stdin);
                await request.Response.WriteAsync($"{body.Length}");
            },
            static o => (o.WriteTimeout, o.BodyTimeout) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));
        using WebServer server = program.Connect();

        server.Send(Wire.Request(body: new byte[length], pairs: ("CONTENT_LENGTH", $"{length}"))); // nothing of the answer is taken before all of it is sent

        server.Reply().Body.Should().EndWith($"{length}");
    }

    [Fact]
    public void A_body_that_is_read_while_the_answer_is_written()
    {
        using Infrastructure.Program program = Start(
            static async request =>
            {
                Task writing = request.Response.WriteAsync(new byte[2_000_000]).AsTask();
                byte[] body = await Bodies.ReadAll(request.Stdin);
                await writing;
                await request.Response.WriteAsync($"{body.Length}");
            },
            static o => (o.WriteTimeout, o.BodyTimeout) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));
        using WebServer server = program.Connect();

        server.Send(Wire.Request(body: new byte[900_000], pairs: ("CONTENT_LENGTH", "900000")));

        server.Reply().Body.Should().EndWith("900000");
    }
}
