using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What of the manager's is not in its workers.</summary>
[Trait("Row", "D13")]
public class WhatWorkersReach(ITestOutputHelper output)
{
    [Fact]
    public async Task The_token_of_the_status_page_is_in_no_worker_nor_in_what_it_starts()
    {
        const string Token = "a-token-of-24-characters";
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:Status:EndPoint=0.0.0.0:0", "--ProcessManager:Status:AllowRemote=true", "--ProcessManager:ProcessCount=1", "--sources=all"],
            Environment = { ["DOTNET_PROCESSMANAGER__STATUS__TOKEN"] = Token },
        });
        await managed.Ready();
        using StatusClient status = await StatusClient.Of(managed);
        (await status.Answer("/status.json")).Code.Should().Be(401);
        (await status.Answer("/status.json", token: Token)).Code.Should().Be(200, "the manager has it");
        (await managed.Client.Get("/env")).Should().NotContain(Token);
        File.ReadAllText($"/proc/{managed.Workers.Single()}/environ").Should().NotContain(Token);
        (await managed.Client.Get("/grandchild")).Should().NotContain(Token);
    }
}
