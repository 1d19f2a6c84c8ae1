using Microsoft.Extensions.Configuration;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>What a configuration may say, and that everything else is refused with what is allowed.</summary>
[Trait("Row", "A4.1")]
public class OptionsFromConfiguration
{
    private static FastCgiOptions Read(params string[] entries) =>
        FastCgiConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(entries.Select(static e => e.Split('=', 2)).Select(static e => KeyValuePair.Create(e[0], (string?)e[1]))).Build());

    [Theory]
    [InlineData("0660", 0b110_110_000)]
    [InlineData("660", 0b110_110_000)]
    [InlineData("0777", 0b111_111_111)]
    [InlineData("UserRead, UserWrite", 0b110_000_000)]
    [InlineData("userread,groupwrite", 0b100_010_000)]
    public void A_mode_is_octal_as_everywhere_or_names(string text, int mode) =>
        Read($"FastCgi:Listen:Mode={text}").Listen.Mode.Should().Be((UnixFileMode)mode);

    [Theory]
    [InlineData("FastCgi:Listen:Mode=0668", "FastCgi:Listen:Mode is '0668'; allowed: octal digits, such as 0660, or names*UserRead*")]
    [InlineData("FastCgi:Listen:Mode=7777", "FastCgi:Listen:Mode is '7777'; allowed: *")]
    [InlineData("FastCgi:Listen:Mode=rw-rw----", "FastCgi:Listen:Mode is 'rw-rw----'; allowed: *")]
    [InlineData("FastCgi:Listen:Mode:0=UserRead", "FastCgi:Listen:Mode:0 is 'UserRead', but FastCgi:Listen:Mode is one value*")]
    [InlineData("FastCgi:Listen:Backlogg=5", "FastCgi:Listen:Backlogg is '5', which is not an option; the nearest is FastCgi:Listen:Backlog.")]
    [InlineData("FastCgi:Listen:Mode:Deep:Er=5", "FastCgi:Listen:Mode:Deep*")]
    [InlineData("FastCgi:Listen=5", "FastCgi:Listen is '5'; allowed: an address and a port, such as 127.0.0.1:9000*")]
    [InlineData("FastCgi:MaxConection=5", "FastCgi:MaxConection is '5', which is not an option; the nearest is FastCgi:MaxConnections.")]
    [InlineData("FastCgi:MaxConnections:0=5", "FastCgi:MaxConnections:0 is '5', but FastCgi:MaxConnections is one value*")]
    [InlineData("FastCgi:AllowedAddresses=127.0.0.1", "FastCgi:AllowedAddresses is '127.0.0.1'; allowed: a list: FastCgi:AllowedAddresses:0*")]
    [InlineData("FastCgi:AllowedAddresses:0:x=127.0.0.1", "FastCgi:AllowedAddresses:0:x is '127.0.0.1', but FastCgi:AllowedAddresses:0 is one value*")]
    [InlineData("FastCgi:Port=-1", "FastCgi:Port is '-1'; allowed: 0 to 65535*")]
    [InlineData("FastCgi:BodyTimeout=soon", "FastCgi:BodyTimeout is 'soon'; allowed: a time with its unit*")]
    [InlineData("FastCgi:BodyTimeout=30", "FastCgi:BodyTimeout is '30'; allowed: a time with its unit*")]
    [InlineData("FastCgi:Listen:Moed=0660", "FastCgi:Listen:Moed is '0660', which is not an option; the nearest is FastCgi:Listen:Mode.")]
    [InlineData("FastCgi:MaxParameterBytes=3GiB", "FastCgi:MaxParameterBytes is '3GiB'; allowed: a number of bytes*")]
    public void What_has_no_meaning_is_refused(string argument, string message) =>
        FluentActions.Invoking(() => Read(argument)).Should().Throw<ProcManagerException>().WithMessage(message);

    [Theory]
    [InlineData("", false)]
    [InlineData("health", false)]
    [InlineData("/a b", false)]
    [InlineData("/ä", false)]
    [InlineData("/", true)]
    [InlineData("/health?deep=yes", true)]
    [InlineData(null, true)]
    public void A_path_to_warm_up_with_is_one_that_a_request_line_may_have(string? path, bool allowed) =>
        (new FastCgiOptionsValidator().Validate(null, new FastCgiOptions { WarmUpPath = path }).FailureMessage ?? "")
            .Should().Be(allowed ? "" : $"FastCgi:WarmUpPath is '{path}'; allowed: a path that begins with '/', 1 to 127 printable ASCII characters; null for none.");

    [Fact]
    public void A_path_to_warm_up_with_has_an_end()
    {
        new FastCgiOptionsValidator().Validate(null, new FastCgiOptions { WarmUpPath = "/" + new string('a', 126) }).Succeeded.Should().BeTrue();
        new FastCgiOptionsValidator().Validate(null, new FastCgiOptions { WarmUpPath = "/" + new string('a', 127) }).Failed.Should().BeTrue();
    }

    [Fact]
    public void A_list_is_a_list() =>
        Read("FastCgi:AllowedAddresses:0=127.0.0.1", "FastCgi:AllowedAddresses:1=::1").AllowedAddresses.Should().Equal("127.0.0.1", "::1");
}
