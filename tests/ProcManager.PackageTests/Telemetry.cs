using System.Net;
using System.Text;
using Xunit.Abstractions;

namespace ProcManager.PackageTests;

/// <summary>The program of docs/status.md, whose meters go to a receiver of OTLP.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "D13")]
public sealed class Telemetry(EmptyMachine machine, ITestOutputHelper output) : IDisposable
{
    private readonly HttpListener _receiver = new();

    [Fact]
    public async Task The_manager_exports_the_pool_and_each_worker_itself()
    {
        int port = Ports.Free();
        _receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        _receiver.Start();
        string folder = await machine.NewProject("console", "Telemetry", "ProcManager");
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Documents.FirstProgram("docs/status.md").At(Ports.Free(), ""));
        await machine.Run(folder, "dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol");
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Program = await machine.Build(folder),
            Environment =
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            },
        });
        int manager = int.Parse((await managed.Log.Find(@"manager \(pid (\d+)\): all 2 workers are ready")).Groups[1].Value);

        // Texts stand in protobuf as they are. A process that is just beginning may export before all its instruments are there.
        bool pool = false;
        var instances = new HashSet<string>();
        while (!pool || instances.Count < 2)
        {
            string export = await Receive();
            bool ofPool = export.Contains("procmanager.workers.target", StringComparison.Ordinal);
            bool ofWorker = export.Contains("procmanager.worker.active_requests", StringComparison.Ordinal);
            (ofPool && ofWorker).Should().BeFalse("a process exports either the pool or itself");
            pool |= ofPool && export.Contains("procmanager.queue", StringComparison.Ordinal) && !export.Contains("service.instance.id", StringComparison.Ordinal);
            instances.UnionWith(new[] { "0-1", "1-1" }.Where(i => ofWorker && export.Contains("service.instance.id", StringComparison.Ordinal) && export.Contains(i, StringComparison.Ordinal)));
        }

        Native.Send(manager, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _receiver.Close();

    private async Task<string> Receive()
    {
        HttpListenerContext asked = await _receiver.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(60));
        using var body = new MemoryStream();
        await asked.Request.InputStream.CopyToAsync(body);
        asked.Response.ContentType = "application/x-protobuf";
        asked.Response.Close();
        return Encoding.Latin1.GetString(body.ToArray());
    }
}
