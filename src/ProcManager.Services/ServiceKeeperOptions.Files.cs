using ProcManager.Services.Definitions;

namespace ProcManager.Services;

/// <content>Reading <c>services.json</c>.</content>
public sealed partial class ServiceKeeperOptions
{
    /// <summary>The JSON schema of <c>services.json</c> (draft 2020-12), as editors and <c>procman keep --schema</c> have it.</summary>
    public static string JsonSchema => DefinitionSchema.Text;

    /// <summary>Reads a file of services. Comments and trailing commas are allowed. Any process.</summary>
    /// <param name="path">The file, at most 16 MiB.</param>
    /// <returns>Options in which everything is allowed.</returns>
    /// <exception cref="ServiceDefinitionException">The file cannot be read, or has mistakes: all of them, with their lines.</exception>
    public static ServiceKeeperOptions ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return DefinitionFile.ReadFile(path, looksAtFiles: false).Options;
    }

    /// <summary>Reads a file of services, and looks at the programs and folders that it names, which waits for a file system that does not answer. Comments and trailing commas are allowed. Any process.</summary>
    /// <param name="path">The file, at most 16 MiB.</param>
    /// <param name="hints">What is allowed and may not be what was meant, one line each: a program that is not there, a pid file whose number may belong to another program.</param>
    /// <returns>Options in which everything is allowed.</returns>
    /// <exception cref="ServiceDefinitionException">The file cannot be read, or has mistakes: all of them, with their lines.</exception>
    public static ServiceKeeperOptions ReadFile(string path, out IReadOnlyList<string> hints)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (ServiceKeeperOptions options, hints) = DefinitionFile.ReadFile(path, looksAtFiles: true);
        return options;
    }

    /// <summary>Reads a text as <see cref="ReadFile(string)"/> reads a file. Any process.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What mistakes call it, such as <c>services.json</c>.</param>
    /// <returns>Options in which everything is allowed.</returns>
    /// <exception cref="ServiceDefinitionException">The text has mistakes: all of them, with their lines.</exception>
    public static ServiceKeeperOptions Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        return DefinitionFile.Read(DefinitionFile.Bytes(text), name).Options;
    }
}
