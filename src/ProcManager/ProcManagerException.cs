namespace ProcManager;

/// <summary>Something the process manager needed could not be done. The message says what, with which thing, and what to do next.</summary>
public class ProcManagerException : Exception
{
    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">What failed, with which thing, what to do next.</param>
    public ProcManagerException(string message)
        : base(message)
    {
    }

    /// <summary>The settings are not wrong: the same start may succeed later, when another program has ended or the system has something to give again.</summary>
    internal bool MayPass { get; init; }

    /// <summary>Makes an exception with a message and what caused it.</summary>
    /// <param name="message">What failed, with which thing, what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public ProcManagerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
