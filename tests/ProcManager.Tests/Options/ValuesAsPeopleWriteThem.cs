using ProcManager.Settings;

namespace ProcManager.Tests.Options;

/// <summary>Times, sizes, permissions and addresses as they stand in a configuration.</summary>
public class ValuesAsPeopleWriteThem
{
    [Theory]
    [InlineData("30s", "00:00:30")]
    [InlineData("5m", "00:05:00")]
    [InlineData("1h30m", "01:30:00")]
    [InlineData("1h 30m", "01:30:00")]
    [InlineData("200ms", "00:00:00.2")]
    [InlineData("1.5s", "00:00:01.5")]
    [InlineData("7d", "7.00:00:00")]
    [InlineData("250us", "00:00:00.00025")]
    [InlineData("30 S", "00:00:30")]
    [InlineData("0", "00:00:00")]
    [InlineData("0s", "00:00:00")]
    [InlineData("00:01:30", "00:01:30")]
    [InlineData("1.02:00:00", "1.02:00:00")]
    [InlineData("-00:00:01", "-00:00:01")]
    public void A_time_is_read(string text, string time)
    {
        TimeText.TryRead(text, out TimeSpan read).Should().BeTrue();
        read.Should().Be(TimeSpan.Parse(time));
    }

    [Theory]
    [InlineData("30")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("30x")]
    [InlineData("30s5m")]
    [InlineData("5m5m")]
    [InlineData("1.2.3s")]
    [InlineData("-30s")]
    [InlineData("5 m x")]
    [InlineData("99999999999d")]
    [InlineData("99999999999999999999999999999999999s")]
    [InlineData("half past ten")]
    public void What_is_no_time_is_not(string text) => TimeText.TryRead(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("00:00:00", "0s")]
    [InlineData("00:00:30", "30s")]
    [InlineData("01:30:00", "1h30m")]
    [InlineData("1.00:00:00", "1d")]
    [InlineData("00:00:01.2500000", "1s250ms")]
    [InlineData("00:00:00.0000001", "00:00:00.0000001")]
    [InlineData("-00:00:01", "-00:00:01")]
    public void A_time_is_shown_as_it_may_be_written(string time, string text) => TimeText.Of(TimeSpan.Parse(time)).Should().Be(text);

    [Theory]
    [InlineData("209715200", 209715200)]
    [InlineData("200MiB", 209715200)]
    [InlineData("200 mib", 209715200)]
    [InlineData("200M", 209715200)]
    [InlineData("200MB", 200000000)]
    [InlineData("1.5GB", 1500000000)]
    [InlineData("1.5G", 1610612736)]
    [InlineData("64K", 65536)]
    [InlineData("0", 0)]
    [InlineData("12B", 12)]
    public void A_size_is_read(string text, long bytes)
    {
        SizeText.TryRead(text, out long read).Should().BeTrue();
        read.Should().Be(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("1.5")]
    [InlineData("200 megs")]
    [InlineData("-1")]
    [InlineData("9999999999T")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("1..5G")]
    public void What_is_no_size_is_not(string text) => SizeText.TryRead(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("0660", "0660")]
    [InlineData("666", "0666")]
    [InlineData("0000", "0000")]
    [InlineData("UserRead, userwrite", "0600")]
    public void A_mode_is_read(string text, string shown)
    {
        ModeText.TryRead(text, out UnixFileMode read).Should().BeTrue();
        ModeText.Of(read).Should().Be(shown);
    }

    [Theory]
    [InlineData("0668")]
    [InlineData("7777")]
    [InlineData("66")]
    [InlineData("rw-rw----")]
    [InlineData("SetUser")]
    [InlineData("")]
    public void What_is_no_mode_is_not(string text) => ModeText.TryRead(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("127.0.0.1:9000", "127.0.0.1:9000")]
    [InlineData("0.0.0.0:9000", "0.0.0.0:9000")]
    [InlineData("*:9000", "0.0.0.0:9000")]
    [InlineData("localhost:9000", "127.0.0.1:9000")]
    [InlineData("[::1]:9000", "[::1]:9000")]
    [InlineData("[::]:0", "[::]:0")]
    [InlineData("unix:/run/app.sock", "/run/app.sock")]
    [InlineData("unix:app.sock", "app.sock")]
    [InlineData("/run/app.sock", "/run/app.sock")]
    [InlineData("fd:0", "0")]
    [InlineData("fd:3", "3")]
    public void An_address_is_read(string text, string address)
    {
        ListenAddress.TryRead(text, out ListenAddress read).Should().BeTrue();
        $"{read.EndPoint}{read.Path}{read.Descriptor}".Should().Be(address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("9000")]
    [InlineData(":9000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1:9000")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:9000")]
    [InlineData("[127.0.0.1]:9000")]
    [InlineData("example.org:9000")]
    [InlineData("http://127.0.0.1:9000")]
    [InlineData("unix:")]
    [InlineData("unix://run/app.sock")]
    [InlineData("fd:1")]
    [InlineData("fd:-1")]
    [InlineData("fd:x")]
    public void What_is_no_address_is_not(string text) => ListenAddress.TryRead(text, out _).Should().BeFalse();
}
