namespace ProcManager.Benchmarks.FastCgi;

internal static class FastCgiProgram
{
    internal static int Run(string socket, int workers) => throw new NotSupportedException($"{socket} {workers}: waits for the engine");
}
