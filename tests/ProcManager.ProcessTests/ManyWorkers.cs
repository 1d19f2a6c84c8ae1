using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Runs when nothing else does: so many starts at once take every processor.</summary>
[Collection("alone")]
[Trait("Row", "core")]
public class ManyWorkers(ITestOutputHelper output)
{
    [Fact]
    public async Task Hundreds_of_workers_start_and_stop()
    {
        int count = Volume.Of(nativeAot: 200, coreClr: 60);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [$"--ProcessManager:ProcessCount={count}", "--ProcessManager:StartTimeout=00:02:00"] });
        await managed.Ready(120);
        managed.Workers.Should().HaveCount(count);
        managed.Signal(Native.Term);
        (await managed.Exit(60)).Should().Be(0);
        await managed.NobodyLeft(5);
    }
}

[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;
