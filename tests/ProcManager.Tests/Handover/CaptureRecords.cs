using ProcManager.Handover;

namespace ProcManager.Tests.Handover;

public class CaptureRecords
{
    [Fact]
    public void A_record_is_written_as_the_documentation_shows_it() =>
        new CaptureRecord(812, 10000, 4, "/tmp/hang.dmp").Encode().Should().Be("v1;worker=812;milliseconds=10000;output=4;dump=/tmp/hang.dmp");

    [Theory]
    [InlineData(null)]
    [InlineData("/tmp/a;b=c;d")]
    public void What_was_written_is_read_back(string? dump)
    {
        var record = new CaptureRecord(812, 10000, 4, dump);

        CaptureRecord.Decode(record.Encode()).Should().Be(record);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("v2;worker=812;milliseconds=10000;output=4;dump=")]
    [InlineData("v1;worker=x;milliseconds=10000;output=4;dump=")]
    [InlineData("v1;worker=-1;milliseconds=10000;output=4;dump=")]
    [InlineData("v1;worker=812;milliseconds=10000;output=4")]
    [InlineData("v1;worker=812;milliseconds=10000;output=99999999999;dump=")]
    public void What_no_manager_wrote_is_none(string value) => CaptureRecord.Decode(value).Should().BeNull();
}
