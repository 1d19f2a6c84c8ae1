using ProcManager.Handover;

namespace ProcManager.Tests.Handover;

public class LaunchRecords
{
    private const string Good = "v3;library=0.1.0;layout=3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:7";

    [Fact]
    public void A_record_is_written_as_the_documentation_shows_it() =>
        new LaunchRecord(812, 3, 2, false, 4, 5, [new("http", 6), new("admin", 7)]) { Library = "0.1.0", Layout = 3 }.Encode().Should().Be(Good);

    [Theory]
    [InlineData(812, 3, 2, 4, 5)]
    [InlineData(1, 0, 1, 3, 4)]
    [InlineData(int.MaxValue, 6143, int.MaxValue, 1023, 1024)]
    [InlineData(1, -1, 0, -1, -1)]
    public void What_was_written_is_read_back(int manager, int slot, int generation, int lifeline, int scoreboard)
    {
        foreach (InheritedListener[] listeners in new InheritedListener[][] { [], [new("http", 6)], [new("a.b-c_d", 6), new("X", 999)] })
        {
            var record = new LaunchRecord(manager, slot, generation, slot == 3, lifeline, scoreboard, listeners)
            {
                Library = slot == 3 ? "1.2.3" : "",
                Layout = slot + 1,
                HeapLimitBefore = slot == 3 ? "" : slot == 0 ? "0x1000" : null,
                StartTimeout = slot == 3 ? 60_000 : 0,
                PassedOn = slot == -1 ? [.. listeners.Select(static l => l.Name)] : [],
                Settings = slot == 3 ? "ProcessManager&ProcessManager%3AProcessCount=4" : null,
            };

            LaunchRecord.Decode(record.Encode()).Should().BeEquivalentTo(record);
        }
    }

    [Fact]
    public void Parts_are_read_by_key_and_what_a_newer_manager_adds_is_passed_over()
    {
        LaunchRecord.Decode("v3;listen=http:6,admin:7;colour=blue;scoreboard=5;lifeline=4;generation=2;slot=3;manager=812;layout=3;library=0.1.0;flag")
            .Should().BeEquivalentTo(LaunchRecord.Decode(Good));
        LaunchRecord.Decode("v3;manager=812;slot=3;generation=2;lifeline=4;scoreboard=5").Should().BeEquivalentTo(new LaunchRecord(812, 3, 2, false, 4, 5, []));
    }

    [Theory]
    [InlineData("v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "of another version (launch record 2)")]
    [InlineData("v4;library=7.0.1;slot=x", "7.0.1 (launch record 4)")]
    public void A_record_of_another_version_is_told_with_both_versions_and_the_way_out(string value, string theirs) =>
        FluentActions.Invoking(() => LaunchRecord.Decode(value)).Should().Throw<ProcManagerException>().WithMessage(
            $"This program has ProcManager {LaunchRecord.OwnLibrary} (launch record 3); the manager that started it runs ProcManager {theirs}, and the two cannot work together. Restart the service instead of reloading it.");

    [Fact]
    public void A_slot_of_minus_1_is_the_manager_of_a_pid_1()
    {
        LaunchRecord.Decode("v3;manager=1;slot=-1;generation=0;standby=0;lifeline=-1;scoreboard=-1;listen=http:6").IsWorker.Should().BeFalse();
        LaunchRecord.Decode(Good).IsWorker.Should().BeTrue();
    }

    [Theory]
    [InlineData("", "begin with 'v3;'")]
    [InlineData("1", "begin with 'v3;'")]
    [InlineData("v;manager=812", "begin with 'v3;'")]
    [InlineData("v3", "manager=NUMBER is missing")]
    [InlineData("v3;pid=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "manager=NUMBER is missing")]
    [InlineData("v3;manager=;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'manager=' is not manager=NUMBER")]
    [InlineData("v3;manager=0;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'manager=0' is not manager=NUMBER")]
    [InlineData("v3;manager=812;slot=-2;generation=2;standby=0;lifeline=4;scoreboard=5;listen=", "'slot=-2' is not slot=NUMBER")]
    [InlineData("v3;manager=812;slot=3;generation=x;standby=0;lifeline=4;scoreboard=5;listen=", "'generation=x' is not generation=NUMBER")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4 ;scoreboard=5;listen=", "'lifeline=4 ' is not lifeline=NUMBER")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=99999999999;scoreboard=5;listen=", "'lifeline=99999999999' is not lifeline=NUMBER")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=-1;scoreboard=5;listen=", "needs a lifeline")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=-1;listen=", "and a scoreboard")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http", "'http' is not NAME:DESCRIPTOR")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=:6", "':6' is not NAME:DESCRIPTOR")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:-6", "'http:-6' is not NAME:DESCRIPTOR")]
    [InlineData("v3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:x", "'admin:x' is not NAME:DESCRIPTOR")]
    public void Damage_is_told_with_the_variable_and_the_wrong_part(string value, string part) =>
        FluentActions.Invoking(() => LaunchRecord.Decode(value))
            .Should().Throw<ProcManagerException>().WithMessage("The environment variable PROCMANAGER_WORKER is '*Remove it from the environment.")
            .Which.Message.Should().Contain(part);

    [Fact]
    public void No_damage_gives_any_other_exception()
    {
        var random = new Random(4711);
        const string Alphabet = "v23;=,:-+0987654321 \0\nlistenmanagerslotgeneration\u00e4\ud800\u2212";
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
                e.Message.Should().ContainAny(LaunchRecord.Variable, "Restart the service");
            }
        }
    }
}
