using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// The name of this program: of its assembly, so that a program started as <c>dotnet App.dll</c> is not named <c>dotnet</c>. Two programs on a machine are told apart by it, in
/// <c>ps</c> and in the log.
/// </summary>
internal static class ProgramName
{
    private const string Unknown = "procmanager";

    /// <summary>Of a program that has no managed entry point, as the runtime names it then.</summary>
    private const string NoEntryPoint = "DefaultDomain";

    /// <summary>As a process title: at most <see cref="Limits.MaxTitleLength"/> characters, each of which can be shown.</summary>
    internal static string Title => field ??= TitleOf(OfAssembly() ?? OfFile());

    // Compiled ahead, the program is its file. To look for its assembly's name there is 3 % of a worker's start.
    private static string? OfAssembly() =>
        !Platform.IsCompiledAhead && AppDomain.CurrentDomain.FriendlyName is { } name and not NoEntryPoint ? name : null;

    // Environment.ProcessPath makes a system call for each folder of the path.
    private static string? OfFile() => (Platform.IsLinux ? ProcFs.ProgramFileName() : null) ?? Path.GetFileName(Environment.ProcessPath);

    /// <summary>A name may be of any length and hold any character that a file name may hold.</summary>
    internal static string TitleOf(string? name)
    {
        var title = new StringBuilder();
        foreach (Rune rune in (name ?? "").Trim().EnumerateRunes())
        {
            string shown = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? "?"
                : rune.ToString();
            if (title.Length + shown.Length > Limits.MaxTitleLength)
            {
                break;
            }

            title.Append(shown);
        }

        return title.Length == 0 ? Unknown : title.ToString();
    }
}
