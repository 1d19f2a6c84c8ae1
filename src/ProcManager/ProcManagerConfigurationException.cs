namespace ProcManager;

/// <summary>
/// Options, in code or in a configuration, that are not allowed. A program that does not catch the exception ends with one line on standard error and exit code 78
/// (EX_CONFIG of sysexits.h).
/// </summary>
public sealed class ProcManagerConfigurationException : ProcManagerException
{
    /// <summary>Makes an exception from the mistakes that were found.</summary>
    /// <param name="failures">One sentence for each mistake: the option, its value, and what is allowed.</param>
    public ProcManagerConfigurationException(IEnumerable<string> failures)
        : this([.. failures ?? throw new ArgumentNullException(nameof(failures))])
    {
    }

    private ProcManagerConfigurationException(string[] failures)
        : base(failures is [var only] ? only : $"{failures.Length} options are wrong. {string.Join(" ", failures)}") => Failures = failures;

    /// <summary>One sentence for each mistake: the option, its value, and what is allowed.</summary>
    public IReadOnlyList<string> Failures { get; }
}
