using System.Text.Json.Nodes;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>The test worker on CoreCLR with host settings (runtimeconfig.json) that another project would give it.</summary>
internal static class OtherRuntimeSettings
{
    internal static Launch Launch(TempFolder folder, Dictionary<string, bool> switches, params string[] arguments)
    {
        JsonNode runtime = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(Places.TestWorker + ".dll", ".runtimeconfig.json")))!;
        JsonNode options = runtime["runtimeOptions"]!;
        options["configProperties"] ??= new JsonObject();
        foreach ((string name, bool value) in switches)
        {
            options["configProperties"]![name] = value;
        }

        string file = folder.File("other.runtimeconfig.json");
        File.WriteAllText(file, runtime.ToJsonString());
        return new Launch { Program = "dotnet", Arguments = ["exec", "--runtimeconfig", file, Places.TestWorker + ".dll", .. arguments] };
    }
}
