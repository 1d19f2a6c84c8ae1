using System.Globalization;
using ProcManager.Posix;
using ProcManager.Services;
using ProcManager.Services.Definitions;
using ProcManager.Services.Keeping;

namespace ProcManager.Tool.Keeping;

/// <summary>The file of services, for the tool.</summary>
internal static class Definitions
{
    private static readonly TimeSpan HintPatience = TimeSpan.FromSeconds(2);

    /// <summary><c>--check</c>: mistakes and hints go to standard error as a compiler writes them, so that editors find the lines.</summary>
    internal static int Check(string file, string? folder)
    {
        if (Read(file, out IReadOnlyList<string> hints) is not { } options)
        {
            return ExitCodes.Configuration;
        }

        foreach (string hint in hints.Concat(HintsOfFolder(file, folder ?? KeeperFolder.PathOf(options))))
        {
            Console.Error.WriteLine(hint);
        }

        Console.WriteLine($"{file}: {options.Services.Count} {ProcManager.Diagnostics.Words.Of(options.Services.Count, "service")}, no mistake.");
        return ExitCodes.Done;
    }

    /// <summary>Null: the file has mistakes, and they were told.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hints">What may not be what was meant.</param>
    /// <param name="wantsHints">False: none are looked for.</param>
    /// <param name="user">The user that the keeper becomes, by name or number; null: it stays what it is.</param>
    internal static ServiceKeeperOptions? Read(string file, out IReadOnlyList<string> hints, bool wantsHints = true, string? user = null)
    {
        try
        {
            ServiceKeeperOptions options = ServiceKeeperOptions.ReadFile(file);
            hints = wantsHints ? Hints(file, user) : [];
            return options;
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

    // On a thread of its own, which a file system that does not answer holds for ever.
    private static IReadOnlyList<string> Hints(string file, string? user)
    {
        IReadOnlyList<string>? found = null;
        var look = new Thread(() =>
        {
            try
            {
                uint? id = user is null ? null : uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : AccountDatabase.UserId(user);
                Volatile.Write(ref found, DefinitionFile.ReadFile(file, looksAtFiles: true, id).Hints);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Volatile.Write(ref found, [$"{file}: hint: there are no hints: {e.Message}"]); // it was changed meanwhile
            }
        })
        { IsBackground = true, Name = "procmanager hints" };
        look.Start();
        _ = look.Join(HintPatience);
        return Volatile.Read(ref found) ?? [$"{file}: hint: there are no hints: a file system that the file names does not answer within {ProcManager.Diagnostics.Words.Time(HintPatience)}"];
    }

    /// <summary>Of a keeper that nothing can ask.</summary>
    internal static IEnumerable<string> HintsOfFolder(string file, string folder) => KeeperFolder.At(folder).SocketMistake is { } mistake
        ? [$"{file}: hint: the keeper gets no control socket, so 'procman keep status' and the like do not work: {mistake}"]
        : [];

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
            throw ToolException.CouldNotAsk($"{e.Message.TrimEnd('.')}. Name the keeper by --folder.");
        }
    }
}
