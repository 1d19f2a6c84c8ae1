using Xunit.Abstractions;

namespace ProcManager.PackageTests;

/// <summary>The command-line tool as a user installs it.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class TheTool(EmptyMachine machine, ITestOutputHelper output)
{
    [Fact]
    public async Task It_is_installed_by_the_command_of_its_page_and_finds_a_pool()
    {
        string folder = machine.NewFolder("Tool");
        await machine.Run(folder, Documents.Command("docs/tool.md", "dotnet tool install"));

        string title = $"tool-test-{Environment.ProcessId}";
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [$"--ProcessManager:ProcessTitle={title}", "--ProcessManager:ProcessCount=1"] });
        await managed.Ready();
        var environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = FastCgiPrograms.DotnetRoot };
        (await machine.Run(folder, $"$HOME/.dotnet/tools/procman status {title}", environment)).Should().StartWith($"{title}: manager (pid {managed.Pid}), running for ");
        (await machine.Run(folder, $"$HOME/.dotnet/tools/procman reload {title}", environment)).Should().EndWith("reload to generation 2 succeeded.\n");
        (await machine.Run(folder, $"$HOME/.dotnet/tools/procman stop {title}", environment)).Should().Be($"{title} (pid {managed.Pid}) has ended.\n");
        (await managed.Exit()).Should().Be(0);
    }
}
