using System.CommandLine;
using ProcManager.Tool;
using ProcManager.Tool.Commands;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    StandardOutput.Watch();
    AnsiConsole.Profile.Width = 1000; // a file or a pipe has no width, and a line that is cut is of no use to the next program
}

ParseResult parsed = CommandLine.Build().Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"procman: {CommandLine.InWords(parsed, error)}");
    }

    Console.Error.WriteLine("procman: 'procman --help' shows the commands, 'procman COMMAND --help' their options.");
    return ExitCodes.Usage;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ToolException e)
{
    Console.Error.WriteLine($"procman: {e.Message}");
    return e.ExitCode;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or KeyNotFoundException or InvalidOperationException or System.Net.Sockets.SocketException or System.ComponentModel.Win32Exception or ProcManager.ProcManagerException or ProcManager.PosixException)
{
    // Caught, so that what a command has changed on the terminal is put back on the way here.
    Console.Error.WriteLine($"procman: {e.Message}");
    return ExitCodes.CouldNotAsk;
}
