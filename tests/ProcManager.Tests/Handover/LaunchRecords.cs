using ProcManager.Handover;

namespace ProcManager.Tests.Handover;

public class LaunchRecords
{
    private const string Good = "v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:7";

    [Fact]
    public void A_record_is_written_as_the_documentation_shows_it() =>
        new LaunchRecord(812, 3, 2, false, 4, 5, [new("http", 6), new("admin", 7)]).Encode().Should().Be(Good);

    [Theory]
    [InlineData(812, 3, 2, 4, 5)]
    [InlineData(1, 0, 1, 3, 4)]
    [InlineData(int.MaxValue, 6143, int.MaxValue, 1023, 1024)]
    [InlineData(1, -1, 0, -1, -1)]
    public void What_was_written_is_read_back(int manager, int slot, int generation, int lifeline, int scoreboard)
    {
        foreach (InheritedListener[] listeners in new InheritedListener[][] { [], [new("http", 6)], [new("a.b-c_d", 6), new("X", 999)] })
        {
            var record = new LaunchRecord(manager, slot, generation, slot == 3, lifeline, scoreboard, listeners);

            LaunchRecord.Decode(record.Encode()).Should().BeEquivalentTo(record);
        }
    }

    [Fact]
    public void A_slot_of_minus_1_is_the_manager_of_a_pid_1()
    {
        LaunchRecord.Decode("v2;manager=1;slot=-1;generation=0;standby=0;lifeline=-1;scoreboard=-1;listen=http:6").IsWorker.Should().BeFalse();
        LaunchRecord.Decode(Good).IsWorker.Should().BeTrue();
    }

    [Theory]
    [InlineData("", "8 parts")]
    [InlineData("1", "8 parts")]
    [InlineData(Good + ";more=1", "8 parts")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "begin with 'v2'")]
    [InlineData("v2;pid=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'pid=812' should be manager=")]
    [InlineData("v2;manager=;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'manager=' is not manager=NUMBER")]
    [InlineData("v2;manager=0;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'manager=0' is not manager=NUMBER")]
    [InlineData("v2;manager=812;slot=-2;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'slot=-2' is not slot=NUMBER")]
    [InlineData("v2;manager=812;slot=3;generation=x;standby=0;lifeline=4;scoreboard=5;listen=", "'generation=x' is not generation=NUMBER")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4 ;scoreboard=5;listen=", "'lifeline=4 ' is not lifeline=NUMBER")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=99999999999;scoreboard=5;listen=", "'lifeline=99999999999' is not lifeline=NUMBER")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=-1;scoreboard=5;listen=", "needs a lifeline")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=-1;listen=", "and a scoreboard")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen", "'listen' should be listen=")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http", "'http' is not NAME:DESCRIPTOR")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=:6", "':6' is not NAME:DESCRIPTOR")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:-6", "'http:-6' is not NAME:DESCRIPTOR")]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:x", "'admin:x' is not NAME:DESCRIPTOR")]
    public void Damage_is_told_with_the_variable_and_the_wrong_part(string value, string part) =>
        FluentActions.Invoking(() => LaunchRecord.Decode(value))
            .Should().Throw<ProcManagerException>().WithMessage("The environment variable PROCMANAGER_WORKER is '*Remove it from the environment.")
            .Which.Message.Should().Contain(part);

    [Fact]
    public void No_damage_gives_any_other_exception()
    {
        var random = new Random(4711);
        const string Alphabet = "v2;=,:-+0987654321 \0\nlistenmanagerslotgeneration\u00e4\ud800\u2212";
        for (int i = 0; i < 20_000; i++)
        {
            var text = new List<char>(Good);
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                int at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0:
                        text[at] = Alphabet[random.Next(Alphabet.Length)];
                        break;
                    case 1:
                        text.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                        break;
                    case 2:
                        text.RemoveAt(at);
                        break;
                    default:
                        text.InsertRange(at, text.GetRange(at, random.Next(text.Count - at)));
                        break;
                }
            }

            string value = new([.. text]);
            try
            {
                LaunchRecord record = LaunchRecord.Decode(value);
                LaunchRecord.Decode(record.Encode()).Should().BeEquivalentTo(record, "what was taken can be handed on; it was {0}", value);
            }
            catch (ProcManagerException e)
            {
                e.Message.Should().Contain(LaunchRecord.Variable);
            }
        }
    }
}
