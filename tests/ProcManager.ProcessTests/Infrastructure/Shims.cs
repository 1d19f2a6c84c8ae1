using System.Diagnostics;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Small C sources of the tests: a library to be put before the C library, or a program.</summary>
internal static class Shims
{
    internal static Task<string> Compile(TempFolder folder, string name, string source) =>
        Compile(folder, name, source, folder.File(name + ".so"), ["-shared", "-fPIC"], ["-ldl"]);

    internal static Task<string> CompileProgram(TempFolder folder, string name, string source) =>
        Compile(folder, name, source, folder.File(name), [], []);

    private static async Task<string> Compile(TempFolder folder, string name, string source, string result, string[] how, string[] libraries)
    {
        using Process gcc = Process.Start("gcc", [.. how, "-o", result, folder.Write(name + ".c", source), .. libraries]);
        await gcc.WaitForExitAsync();
        gcc.ExitCode.Should().Be(0);
        return result;
    }
}
