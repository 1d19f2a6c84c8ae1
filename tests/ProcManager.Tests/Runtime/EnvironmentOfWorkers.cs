using System.Collections;
using ProcManager.Runtime;

namespace ProcManager.Tests.Runtime;

public class EnvironmentOfWorkers
{
    [Theory]
    [InlineData("ProcessManager__Status__Token", false)]
    [InlineData("ASPNETCORE_PROCESSMANAGER__status__token", false)]
    [InlineData("ProcessManager:Status:Token", false)]
    [InlineData("ProcessManager__Status__TokenFile", true)]
    [InlineData("ProcessManager__Environment__DB_PASSWORD", false)]
    [InlineData("APP_ProcessManager__environment__X", false)]
    [InlineData("Shop__Status__Token", true)]
    public void The_token_of_the_status_page_is_taken_out(string name, bool stays)
    {
        List<string> variables = [$"{name}=a=b", "HOME=/root"];

        WorkerEnvironment.TakeOutToken(variables);

        variables.Should().HaveCount(stays ? 2 : 1).And.Contain("HOME=/root");
    }

    [Theory]
    [InlineData("NOTIFY_SOCKET", "/run/systemd/notify")]
    [InlineData("WATCHDOG_USEC", "30000000")]
    [InlineData("LISTEN_FDS", "1")]
    [InlineData("DOTNET_WATCH", "1")]
    [InlineData("DOTNET_WATCH_HOTRELOAD_NAMEDPIPE_NAME", "pipe")]
    [InlineData("DOTNET_HOTRELOAD_NAMEDPIPE_NAME", "pipe")]
    [InlineData("DOTNET_MODIFIABLE_ASSEMBLIES", "debug")]
    [InlineData("DOTNET_STARTUP_HOOKS", "/sdk/hotreload/Microsoft.Extensions.DotNetDeltaApplier.dll")]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/trace.sock")]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/trace.sock,connect,suspend")]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/trace.sock,listen,nosuspend")]
    [InlineData("COMPlus_DiagnosticPorts", "/tmp/trace.sock")]
    public void What_is_meant_for_one_process_is_taken_out(string name, string value) => Of(name, value).Should().Equal("HOME=/root");

    [Theory]
    [InlineData("NOTIFY", "1", "1")]
    [InlineData("DOTNET_gcServer", "0", "0")]
    [InlineData("DOTNET_STARTUP_HOOKS", "/otel/hook.dll", "/otel/hook.dll")]
    [InlineData("DOTNET_STARTUP_HOOKS", "/sdk/hotreload/Microsoft.Extensions.DotNetDeltaApplier.dll:/otel/hook.dll", "/otel/hook.dll")]
    [InlineData("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "Mine;Microsoft.AspNetCore.Watch.BrowserRefresh", "Mine")]
    [InlineData("DOTNET_DiagnosticPorts", "/diag/monitor.sock,nosuspend", "/diag/monitor.sock,nosuspend")]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/trace.sock;/diag/monitor.sock,nosuspend", "/diag/monitor.sock,nosuspend")]
    [InlineData("EMPTY", "", "")]
    public void What_every_process_may_have_stays(string name, string value, string kept) => Of(name, value).Should().BeEquivalentTo(["HOME=/root", $"{name}={kept}"]);

    private static List<string> Of(string name, string value) => WorkerEnvironment.Of(new Hashtable { ["HOME"] = "/root", [name] = value });

    [Theory]
    [InlineData(null, "service.instance.id=3-2")]
    [InlineData("", "service.instance.id=3-2")]
    [InlineData("deployment.environment=prod,x=y", "deployment.environment=prod,x=y,service.instance.id=3-2")]
    [InlineData("service.instance.id=mine", "service.instance.id=mine")]
    public void A_worker_is_named_for_OpenTelemetry_unless_it_is(string? before, string after)
    {
        List<string> variables = before is null ? ["A=b"] : ["A=b", $"OTEL_RESOURCE_ATTRIBUTES={before}"];

        WorkerEnvironment.NameInstance(variables, slot: 3, generation: 2);

        variables.Should().Equal("A=b", $"OTEL_RESOURCE_ATTRIBUTES={after}");
    }
}
