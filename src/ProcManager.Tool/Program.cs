using System.CommandLine;
using ProcManager.Tool;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 1000; // a file or a pipe has no width, and a line that is cut is of no use to the next program
}

ParseResult parsed = CommandLine.Build().Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"procman: {error.Message}");
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
