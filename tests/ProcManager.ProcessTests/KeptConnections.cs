using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Which worker gets a connection that stays open.</summary>
[Trait("Row", "core")]
public class KeptConnections(ITestOutputHelper output)
{
    [Fact]
    public async Task Connections_that_come_one_after_the_other_and_are_kept_are_spread_evenly()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=8", "--loop=concurrent");
        List<ClientConnection> kept = [];
        List<int> slots = [];
        try
        {
            for (int i = 0; i < 32; i++)
            {
                ClientConnection connection = await managed.Client.Connect();
                kept.Add(connection);
                Answer answer = await connection.Get("/");
                slots.Add(answer.Slot);
                await Until.True(() => Sleeps(answer.Pid), "the worker is at the end of the queue again");
            }

            int[] counts = [.. Enumerable.Range(0, 8).Select(s => slots.Count(x => x == s))];
            output.WriteLine(string.Join(' ', counts));
            counts.Should().OnlyContain(static c => c >= 3 && c <= 5, "of 32 over 8 each has 4, within a quarter");
            string snapshot = await managed.Client.Get("/snapshot");
            Regex.Matches(snapshot, @"connections (\d+)").Sum(static m => int.Parse(m.Groups[1].Value)).Should().Be(33, "each is a number in its worker's slot, this one too");
        }
        finally
        {
            kept.ForEach(static c => c.Dispose()); // the manager waits for them, and would hide why the test failed
        }
    }

    private static bool Sleeps(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Select(static t => Native.ReadOrEmpty(t + "/status")).All(static s => s.Length == 0 || s.Contains("\nState:\tS", StringComparison.Ordinal));
}
