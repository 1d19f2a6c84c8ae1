using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProcManager.PackageTests;

/// <summary>What `dotnet new` makes of the templates: it builds, it answers, and its deployment adds up.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class Templates(EmptyMachine machine)
{
    [Fact]
    public async Task A_console_program_answers()
    {
        string folder = await machine.NewFromTemplate("procmanager-console", "Counter");
        string program = await machine.Build(folder);
        var site = new UserSite();
        (await site.Ask(program, $"--Listen=127.0.0.1:{site.Port}")).Should().StartWith("Hello");
        IsReadyToDeploy(folder, "Counter");
    }

    [Fact]
    public async Task A_FastCGI_program_answers_behind_its_nginx()
    {
        string folder = await machine.NewFromTemplate("procmanager-fastcgi", "Gate.Way");
        string program = await machine.Build(folder);
        var site = new UserSite();
        (await site.AskBehindNginx(program, Configured(folder, site), $"--FastCgi:Listen=unix:{site.Socket}")).Should().StartWith("Hello");
        IsReadyToDeploy(folder, "Gate.Way");
    }

    [Fact]
    public async Task A_web_application_answers_on_Kestrel_and_behind_its_nginx()
    {
        string folder = await machine.NewFromTemplate("procmanager-web", "Shop");
        string program = await machine.Build(folder);
        (await new UserSite().AskKestrel(program)).Should().StartWith("Hello");
        var site = new UserSite();
        (await site.AskBehindNginx(program, Configured(folder, site), $"--FastCgi:Listen=unix:{site.Socket}")).Should().StartWith("Hello");
        IsReadyToDeploy(folder, "Shop");
    }

    /// <summary>The template's nginx.conf, with places of the test.</summary>
    private static string Configured(string folder, UserSite site)
    {
        string text = File.ReadAllText(Path.Combine(folder, "nginx.conf"));
        string socket = $"/run/{Path.GetFileName(folder)}/app.sock";
        text.Should().Contain("listen 8080;").And.Contain(socket);
        return text.Replace("listen 8080;", $"listen 127.0.0.1:{site.Port};", StringComparison.Ordinal).Replace(socket, site.Socket, StringComparison.Ordinal);
    }

    private static void IsReadyToDeploy(string folder, string name)
    {
        string[] files = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(static f => !Regex.IsMatch(f, "/(bin|obj)/"))];
        files.Select(static f => Path.GetFileName(f)).Should().Contain([$"{name}.csproj", $"{name}.service", "Dockerfile", ".dockerignore", "appsettings.json", "README.md"]);
        files.Select(File.ReadAllText).Should().NotContain(static t => t.Contains("ProcManagerApp1") || t.Contains("_VERSION"));

        string[] unit = File.ReadAllLines(Path.Combine(folder, $"{name}.service"));
        unit.Should().Contain(["Type=notify", "WatchdogSec=30", "KillMode=mixed", "OOMPolicy=continue", "RestartPreventExitStatus=78", "Restart=on-failure", "LimitNICE=+0", "ExecReload=/bin/kill -HUP $MAINPID"])
            .And.Contain($"ExecStart=/srv/{name}/current/{name} --contentRoot=/srv/{name}/current --ProcessManager:WorkingDirectory=/srv/{name}/current");
        Verify(folder, name, unit);
        int stop = int.Parse(unit.Single(static l => l.StartsWith("TimeoutStopSec=", StringComparison.Ordinal)).Split('=')[1], CultureInfo.InvariantCulture);
        JsonElement options = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "appsettings.json"))).RootElement.GetProperty("ProcessManager");
        stop.Should().BeGreaterThan(int.Parse(options.GetProperty("DieTimeout").GetString()!.TrimEnd('s'), CultureInfo.InvariantCulture));

        File.ReadAllText(Path.Combine(folder, "Dockerfile")).Should().Contain($"ENTRYPOINT [\"./{name}\"]");
        File.ReadAllText(Path.Combine(folder, "README.md")).Should().Contain($"--stop-timeout {stop} ");
    }

    /// <summary>By systemd's own tool, which writes what it does not understand.</summary>
    private static void Verify(string folder, string name, string[] unit)
    {
        string file = Path.Combine(folder, "verified", $"{name}.service");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllLines(file, unit.Select(static l => Regex.Replace(l, "^ExecStart=[^ ]+", "ExecStart=/bin/true"))); // the program is not installed here
        using var verify = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("systemd-analyze", ["verify", "--man=no", file]) { RedirectStandardError = true })!;
        string said = verify.StandardError.ReadToEnd();
        verify.WaitForExit();
        (verify.ExitCode, said).Should().Be((0, ""));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }
}
