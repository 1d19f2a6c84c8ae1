using ProcManager.ProcessTests.Infrastructure;
using PuppeteerSharp;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The status page in a real browser. With PROCMANAGER_ACCEPT_DOCS=1 it makes the picture of the docs.</summary>
[Trait("Row", "D13")]
public class StatusPageInABrowser(ITestOutputHelper output)
{
    private const string Markup = "<script>document.title='hacked'</script>";

    [Fact]
    public async Task It_shows_the_pool_follows_what_happens_and_takes_no_text_for_markup()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:Status:EndPoint=127.0.0.1:0", "--ProcessManager:ProcessCount=4", "--ProcessManager:ControlSocket=off", "--ProcessManager:DieTimeout=1s", "--ProcessManager:ProcessTitle=shop", "--events=yes");
        string address = (await managed.Log.Find(@"the status page is at (\S+)")).Groups[1].Value;
        Task hangs = managed.Client.Lost($"/hang?{Markup}");

        var problems = new List<string>();
        await using IBrowser browser = await Browser();
        await using IPage page = await browser.NewPageAsync();
        page.Console += (_, e) => problems.Add($"{e.Message.Type}: {e.Message.Text}");
        page.PageError += (_, e) => problems.Add(e.Message);
        page.RequestFailed += (_, e) => problems.Add($"{e.Request.Url} failed");
        await page.GoToAsync(address);
        await Shows(page, $"GET /hang?{Markup}");
        (await page.GetTitleAsync()).Should().Contain("shop").And.NotContain("hacked");
        foreach (int worker in managed.Workers)
        {
            await Shows(page, $"{worker}");
        }

        await Picture(page);
        int victim = managed.Workers[0];
        Native.Send(victim, Native.Kill);
        await managed.Log.FindCount("^event ready", 5);
        await Shows(page, $"{managed.Workers.Max()}");
        await Shows(page, "SIGKILL");

        problems.Should().BeEmpty();
        managed.Signal(Native.Term);
        await hangs;
        await Shows(page, "no answer from the manager");
    }

    [Fact]
    public async Task Of_one_request_a_process_it_shows_how_many_have_one_and_how_many_may()
    {
        await using Managed managed = await Managed.Start(
            output, [.. PerRequestPool.PerRequest, "--ProcessManager:Status:EndPoint=127.0.0.1:0", "--ProcessManager:ControlSocket=off", "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=2"]);
        await using IBrowser browser = await Browser();
        await using IPage page = await browser.NewPageAsync();
        await page.GoToAsync((await managed.Log.Find(@"the status page is at (\S+)")).Groups[1].Value);
        await Shows(page, "0 of 4 with a request, 2 standing by");
    }

    private static Task<IBrowser> Browser() => Puppeteer.LaunchAsync(new LaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Headless = true,
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        DefaultViewport = new ViewPortOptions { Width = 1280, Height = 1150 },
    });

    private static async Task Shows(IPage page, string text) =>
        await page.WaitForFunctionAsync("text => document.body.innerText.includes(text)", new WaitForFunctionOptions { Timeout = 30_000 }, text);

    private static async Task Picture(IPage page)
    {
        if (Environment.GetEnvironmentVariable("PROCMANAGER_ACCEPT_DOCS") == "1")
        {
            await page.ScreenshotAsync(Path.Combine(Places.RepositoryRoot, "docs/pictures/status.png"));
        }
    }
}
