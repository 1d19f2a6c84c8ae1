using System.Globalization;
using ProcManager.Systemd;

namespace ProcManager.Tests.Systemd;

/// <summary>The descriptors from 3 on are this process's own, which are open; nothing is done to them.</summary>
public class SocketsFromSystemd
{
    private static readonly string Ours = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void Each_goes_to_the_listener_of_its_name_and_those_without_a_name_in_their_order()
    {
        ActivatedSockets sockets = ActivatedSockets.Read(Ours, "4", "unknown:http:admin.socket:", static _ => true);

        sockets.Take("http").Should().Be(4);
        sockets.Take("other").Should().Be(3);
        sockets.Take("admin").Should().Be(5);
        sockets.Left.Should().Equal(("without a name", 6));
        sockets.Take("http").Should().Be(6, "its own was given out");
        sockets.Take("http").Should().BeNull();
        sockets.Left.Should().BeEmpty();
    }

    [Fact]
    public void A_descriptor_that_is_no_listener_is_left_alone()
    {
        ActivatedSockets sockets = ActivatedSockets.Read(Ours, "2", ":", static fd => fd != 3);

        sockets.Take("http").Should().Be(4);
        sockets.Left.Should().BeEmpty();
    }

    [Fact]
    public void One_with_another_name_is_left()
    {
        ActivatedSockets sockets = ActivatedSockets.Read(Ours, "1", "metrics", static _ => true);

        sockets.Take("http").Should().BeNull();
        sockets.Left.Should().Equal(("metrics", 3));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData(null, "1")]
    [InlineData("ours", null)]
    [InlineData("ours", "0")]
    [InlineData("ours", "-1")]
    [InlineData("ours", "1025")]
    [InlineData("ours", "many")]
    public void What_is_meant_for_another_process_or_is_no_number_gives_none(string? pid, string? count) =>
        ActivatedSockets.Read(pid == "ours" ? Ours : pid, count, "http", static _ => true).Take("http").Should().BeNull();

    [Theory]
    [InlineData("1000000", null, true)]
    [InlineData("1000000", "ours", true)]
    [InlineData("1000000", "1", false)]
    [InlineData("0", null, false)]
    [InlineData("-5", null, false)]
    [InlineData("soon", null, false)]
    [InlineData(null, null, false)]
    [InlineData("9223372036854775807", null, true)]
    public void Its_watchdog_is_for_the_process_that_it_names(string? microseconds, string? pid, bool watches) =>
        (ServiceWatchdog.Find(microseconds, pid == "ours" ? Ours : pid, static () => { }) is not null).Should().Be(watches);

    [Fact]
    public void A_watchdog_is_answered_twice_in_its_time()
    {
        int beats = 0;
        ServiceWatchdog watchdog = ServiceWatchdog.Find("60000000", null, () => beats++)!;
        TimeSpan first = watchdog.Next;
        watchdog.Beat();
        beats.Should().Be(1);
        (watchdog.Next - first).Should().BeCloseTo(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));
    }
}
