using ProcManager.Diagnostics;

namespace ProcManager.Tests.Diagnostics;

public class NumbersInWords
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0001, "0 s")]
    [InlineData(0.003, "3 ms")]
    [InlineData(0.0096, "0.01 s")]
    [InlineData(0.25, "0.25 s")]
    [InlineData(1.456, "1.46 s")]
    [InlineData(2, "2 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(30, "30 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1 min")]
    [InlineData(65, "1 min 5 s")]
    [InlineData(300, "5 min")]
    [InlineData(3599.7, "1 h")]
    [InlineData(5400, "1 h 30 min")]
    [InlineData(86390, "1 d")]
    [InlineData(183600, "2 d 3 h")]
    [InlineData(31536000, "365 d")]
    [InlineData(-1, "0 s")]
    public void A_time_has_its_two_largest_units(double seconds, string text) => Words.Time(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    [Theory]
    [InlineData(0, "0 MiB")]
    [InlineData(231L << 20, "231 MiB")]
    [InlineData((231L << 20) + (300 << 10), "231.3 MiB")]
    [InlineData(3L << 40, "3145728 MiB")]
    public void Memory_is_in_MiB_with_one_decimal_at_most(long bytes, string text) => Words.Memory(bytes).Should().Be(text);

    [Theory]
    [InlineData(0, "0 workers are")]
    [InlineData(1, "1 worker is")]
    [InlineData(2, "2 workers are")]
    public void A_number_and_its_noun_agree(int count, string text) => $"{count} {Words.Of(count, "worker")} {Words.Are(count)}".Should().Be(text);
}
