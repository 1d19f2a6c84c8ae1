namespace ProcManager.Services;

/// <summary>
/// A definitions file that cannot be used. The message has one line for each mistake: the file, the line, the field, its value, and what is allowed. A program that does not catch the exception ends with these
/// lines on standard error and exit code 78 (EX_CONFIG of sysexits.h).
/// </summary>
public sealed class ServiceDefinitionException : ProcManagerException
{
    /// <summary>Makes an exception from the mistakes that were found.</summary>
    /// <param name="mistakes">One line for each mistake.</param>
    public ServiceDefinitionException(IEnumerable<string> mistakes)
        : this([.. mistakes ?? throw new ArgumentNullException(nameof(mistakes))])
    {
    }

    private ServiceDefinitionException(string[] mistakes)
        : base(string.Join('\n', mistakes)) => Mistakes = mistakes;

    /// <summary>One line for each mistake, in the order of the file: <c>services.json:12: services.redis.check.tcp: "abc" is no HOST:PORT; allowed: …</c>.</summary>
    public IReadOnlyList<string> Mistakes { get; }
}
