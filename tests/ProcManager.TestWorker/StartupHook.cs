/// <summary>What DOTNET_STARTUP_HOOKS runs before Main: as a watcher or a tracer has it.</summary>
#pragma warning disable CA1050 // the runtime wants it outside of any namespace
internal static class StartupHook
{
    internal static void Initialize() => Console.WriteLine($"startup hook in {Environment.ProcessId}");
}
