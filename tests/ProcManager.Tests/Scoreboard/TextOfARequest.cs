using System.Text;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Scoreboard;

public sealed class TextOfARequest : IDisposable
{
    private readonly Board _board = new();
    private readonly WorkerBoard _worker;
    private readonly Dispatcher _dispatcher;

    public TextOfARequest()
    {
        _board.Start(0);
        _worker = _board.Open(0);
        _dispatcher = new Dispatcher(_worker, 0);
    }

    [Fact]
    public void The_oldest_request_under_way_is_shown()
    {
        RequestScope one = _dispatcher.Begin("GET /one", "10.0.0.1");
        RequestScope two = _dispatcher.Begin("GET /two", "10.0.0.2");
        _board.Slot(0).Should().BeEquivalentTo(new { Request = "GET /one", Client = "10.0.0.1" });

        one.Dispose();
        _board.Slot(0).Should().BeEquivalentTo(new { Request = "GET /two", Client = "10.0.0.2" });

        two.Dispose();
        _board.Slot(0).Should().BeEquivalentTo(new { Request = (string?)null, Client = (string?)null });
    }

    [Fact]
    public void A_request_that_has_ended_is_not_shown_for_the_next_one()
    {
        _dispatcher.Begin("GET /ended", "10.0.0.1").Dispose();
        _dispatcher.Pre();

        _board.Slot(0).Request.Should().BeNull();
    }

    [Theory]
    [InlineData("x", 64)]
    [InlineData("ä", 32)]
    [InlineData("€", 21)]
    [InlineData("😀", 16)]
    public void A_long_text_is_cut_at_64_bytes_on_the_border_of_a_character(string character, int fit)
    {
        using RequestScope scope = _dispatcher.Begin(string.Concat(Enumerable.Repeat(character, 100)), null);

        _board.Slot(0).Request.Should().Be(string.Concat(Enumerable.Repeat(character, fit)));
    }

    [Fact]
    public void A_character_that_does_not_fit_whole_is_left_out()
    {
        using RequestScope scope = _dispatcher.Begin(new string('x', 63) + "€", new string('y', 47) + "€");

        _board.Slot(0).Request.Should().Be(new string('x', 63));
        _board.Slot(0).Client.Should().Be(new string('y', 47));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_failure()
    {
        using RequestScope scope = _dispatcher.Begin("a\ud800", "\udc00");

        _board.Slot(0).Should().BeEquivalentTo(new { Request = "a\ufffd", Client = "\ufffd" });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_forged_length_is_not_believed(int length)
    {
        using RequestScope scope = _dispatcher.Begin("GET /", "10.0.0.1");
        _board.Forge(Layout.SlotOffset(0) + Layout.OldestTextAt + Layout.TextLength, length);
        _board.Forge(Layout.SlotOffset(0) + Layout.OldestTextAt + Layout.ClientLength, length);

        _board.Slot(0).Should().BeEquivalentTo(new { Request = (string?)null, Client = (string?)null });
        _board.Manager.AddEnd(Board.Exit(0), crash: false);
        _board.Snapshot().LastEnds[0].LastRequest.Should().BeNull();
    }

    [Fact]
    public void A_worker_that_died_in_the_middle_of_writing_does_not_stop_its_reader()
    {
        using RequestScope scope = _dispatcher.Begin("GET /", null);
        _board.Forge(Layout.SlotOffset(0) + Layout.RequestVersionAt, 7);

        _board.Slot(0).Request.Should().BeNull();
    }

    [Fact]
    public async Task A_text_is_never_seen_half_written()
    {
        string[] texts = [.. "abcdefgh".Select(static c => new string(c, Encoding.ASCII.GetByteCount("x") * (20 + (c % 40))))];
        _dispatcher.Pre();
        _dispatcher.Describe("begin", "begin");
        ulong number = _dispatcher.Number;
        Task writing = Task.Run(() =>
        {
            for (int i = 0; i < 400_000; i++)
            {
                string text = texts[i % texts.Length];
                _worker.SetRequest(number, text, text[..20]);
            }
        });
        int whole = 0;
        while (!writing.IsCompleted || whole == 0)
        {
            SlotSnapshot slot = _board.Slot(0);
            if (slot.Request is { } text && text != "begin")
            {
                texts.Should().Contain(text);
                slot.Client.Should().Be(text[..20], "both are of the same moment");
                whole++;
            }
        }

        await writing.Within();
    }

    [Fact]
    public void Each_of_several_requests_is_told_by_its_own_text()
    {
        _dispatcher.Pre();
        _dispatcher.Describe("GET /dispatched", "10.0.0.1");
        using RequestScope ordinary = _dispatcher.Begin("GET /ordinary", "10.0.0.2");
        using RequestScope own = _dispatcher.Begin("GET /own", "10.0.0.3", TimeSpan.FromSeconds(1));
        using RequestScope @long = _dispatcher.Begin("GET /long", "10.0.0.4");
        using RequestScope hidden = _dispatcher.Begin("GET /hidden", "10.0.0.5");
        @long.MarkLong();

        _board.Manager.Request(0, _dispatcher.Number, false).Should().Be(("GET /dispatched", "10.0.0.1"));
        _board.Manager.Request(0, ordinary.Number, true).Should().Be(("GET /ordinary", "10.0.0.2"));
        _board.Manager.Request(0, own.Number, true).Should().Be(("GET /own", "10.0.0.3"));
        _board.Manager.Request(0, @long.Number, true).Should().Be(("GET /long", "10.0.0.4"));
        _board.Manager.Request(0, hidden.Number, true).Should().Be((null, null));
        _board.Manager.Request(0, _dispatcher.Number + 2, false).Should().Be((null, null));
    }

    [Fact]
    public void While_a_worker_is_in_the_middle_of_writing_its_scopes_are_not_known()
    {
        using RequestScope scope = _dispatcher.Begin("GET /", null);
        _board.Manager.Look(0).Should().BeEquivalentTo(new { Unknown = false, Oldest = new { scope.Number } });

        _board.Forge(Layout.SlotOffset(0) + Layout.RequestVersionAt, 7);

        _board.Manager.Look(0).Should().BeEquivalentTo(new { Unknown = true, Busy = true });
    }

    public void Dispose() => _board.Dispose();
}
