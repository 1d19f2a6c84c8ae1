using ProcManager.Services;
using ProcManager.Services.Definitions;
using ProcManager.Services.Keeping;

namespace ProcManager.Tool.Keeping;

/// <summary>The file of services, for the tool.</summary>
internal static class Definitions
{
    /// <summary><c>--check</c>: mistakes and hints go to standard error as a compiler writes them, so that editors find the lines.</summary>
    internal static int Check(string file)
    {
        if (Read(file, out IReadOnlyList<string> hints) is not { } options)
        {
            return ExitCodes.Configuration;
        }

        foreach (string hint in hints)
        {
            Console.Error.WriteLine(hint);
        }

        Console.WriteLine($"{file}: {options.Services.Count} {ProcManager.Diagnostics.Words.Of(options.Services.Count, "service")}, no mistake.");
        return ExitCodes.Done;
    }

    /// <summary>Null: the file has mistakes, and they were told.</summary>
    internal static ServiceKeeperOptions? Read(string file, out IReadOnlyList<string> hints)
    {
        try
        {
            return ServiceKeeperOptions.ReadFile(file, out hints);
        }
        catch (ServiceDefinitionException e)
        {
            hints = [];
            foreach (string mistake in e.Mistakes)
            {
                Console.Error.WriteLine(mistake);
            }

            return null;
        }
    }

    /// <summary>The folder that names a keeper. A file that has mistakes elsewhere still tells it, so that they do not lock the administrator out.</summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    internal static string FolderOf(string? file, string? folder)
    {
        try
        {
            return folder ?? KeeperFolder.PathOf(new ServiceKeeperOptions { Folder = file is null ? null : DefinitionFile.FolderOf(file) });
        }
        catch (ServiceDefinitionException e)
        {
            throw ToolException.CouldNotAsk($"{e.Message}. Name the keeper by --folder.");
        }
    }
}
