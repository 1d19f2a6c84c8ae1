using ProcManager.Services.Tests.Keeping;
using PuppeteerSharp;

namespace ProcManager.Services.Tests.Status;

/// <summary>The keeper's page in a real browser. With PROCMANAGER_PICTURE=FILE it makes a picture.</summary>
[Trait("Row", "E7")]
public sealed class KeeperPageInABrowser
{
    private const string Markup = "<script>document.title='hacked'</script>";

    [Fact]
    public async Task It_shows_what_is_up_failed_and_paused_follows_what_happens_and_takes_no_text_for_markup()
    {
        ServiceDefinition failed = KeeperHost.Foreground("failed", "exit 3");
        failed.GiveUp = new ServiceGiveUp { Restarts = 1 };
        failed.Backoff.Initial = TimeSpan.FromMilliseconds(10);
        ServiceDefinition markup = KeeperHost.Foreground("markup", "");
        markup.Start = new ServiceCommand($"/no/{Markup}");
        markup.Backoff.Initial = TimeSpan.FromHours(1);
        markup.Backoff.Max = TimeSpan.FromHours(1);
        await using var host = new KeeperHost(KeeperHost.Foreground("running", "exec sleep 1000"), failed, KeeperHost.Foreground("held", "exec sleep 1000"), markup);
        host.Options.Status.EndPoint = "127.0.0.1:0";
        host.Start();
        await host.Is("failed", ServiceState.GivenUp);
        await host.Is("markup", ServiceState.BackingOff);
        int first = (await host.Is("running", ServiceState.Up)).Pid!.Value;
        await host.Is("held", ServiceState.Up);
        host.Keeper.Stop("held");
        await host.Is("held", ServiceState.Paused);
        string address = host.Log.Lines.Single(static l => l.Contains("the status page is at ", StringComparison.Ordinal)).Split("the status page is at ")[1].Trim();

        var problems = new List<string>();
        await using IBrowser browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            DefaultViewport = new ViewPortOptions { Width = 1280, Height = 800 },
        });
        await using IPage page = await browser.NewPageAsync();
        page.Console += (_, e) => problems.Add($"{e.Message.Type}: {e.Message.Text}");
        page.PageError += (_, e) => problems.Add(e.Message);
        page.RequestFailed += (_, e) => problems.Add($"{e.Request.Url} failed");
        await page.GoToAsync(address);
        foreach (string shown in new[] { "service keeper", "running", $"{first}", "GivenUp", "it exited with code 3", "Paused", "stopped by an operator", Markup })
        {
            await Shows(page, shown);
        }

        (await page.GetTitleAsync()).Should().NotContain("hacked");
        if (Environment.GetEnvironmentVariable("PROCMANAGER_PICTURE") is { Length: > 0 } picture)
        {
            await page.ScreenshotAsync(picture);
        }

        KeeperHost.Signal(first, "KILL");
        int second = (await host.Is("running", s => s.State == ServiceState.Up && s.Pid != first, "up again")).Pid!.Value;
        await Shows(page, $"{second}");
        await Shows(page, "it was ended by SIGKILL");
        problems.Should().BeEmpty();
        await host.Keeper.StopAsync();
        await Shows(page, "no answer from the manager");
    }

    private static async Task Shows(IPage page, string text) =>
        await page.WaitForFunctionAsync("text => document.body.innerText.includes(text)", new WaitForFunctionOptions { Timeout = 30_000 }, text);
}
