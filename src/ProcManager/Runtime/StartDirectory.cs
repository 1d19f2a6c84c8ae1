using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>The directory in which managing begins. Paths of the options mean it, also once the manager has gone to the workers' directory.</summary>
internal static class StartDirectory
{
    /// <summary>Set while this process manages: the directory that relative paths of the options mean, wherever the manager is.</summary>
    internal static string? Begun { get; set; }

    /// <summary>The path to which a relative one of the options leads now.</summary>
    internal static string Resolve(string path) => Begun is { } begun ? Join(begun, path)! : path;

    /// <summary>As the shell names it, with the link to the current release still in it.</summary>
    internal static string Logical()
    {
        if (!IsThere())
        {
            return AppContext.BaseDirectory.TrimEnd('/');
        }

        string physical = Environment.CurrentDirectory;
        string? logical = Environment.GetEnvironmentVariable("PWD");
        return logical is { Length: > 0 } && logical[0] == '/' && FileIdentity.OfTarget(logical) is { } there && there.IsSameFileAs(FileIdentity.OfTarget("."))
            ? logical
            : physical;
    }

    /// <summary>False when the directory was deleted under this process. Then nothing can be found by a relative path, and ASP.NET Core does not start there.</summary>
    internal static bool IsThere()
    {
        try
        {
            return Environment.CurrentDirectory.Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Joined, not normalised: a link in it leads at each use where it leads then, and ".." behind a link is the kernel's business.</summary>
    internal static string? Join(string directory, string? path) => path is null || path.StartsWith('/') ? path : directory.TrimEnd('/') + "/" + path;

    /// <summary>The options that are used when the manager may be elsewhere.</summary>
    internal static void Anchor(ProcessManagerOptions options, string here)
    {
        options.WorkingDirectory = Join(here, options.WorkingDirectory);
        options.CaptureFolder = Join(here, options.CaptureFolder);
        options.KeepCommand = Join(here, options.KeepCommand);
    }

    /// <summary>When managing has ended: the host may manage again, with the same paths.</summary>
    internal static void Return(string directory)
    {
        try
        {
            Environment.CurrentDirectory = directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone; then here is as good.
        }
    }
}
