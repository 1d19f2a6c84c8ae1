namespace ProcManager.Tool.Reaping;

/// <summary>Looks for the parent anew in each round. A number that was given by hand means one process; a pid file names whatever runs now.</summary>
internal sealed class ParentSearch(ReapOptions options, ParentProcess found)
{
    private bool _isMissing;

    internal ParentProcess Parent { get; private set; } = found;

    /// <summary>False: there is none at the moment, which is told once.</summary>
    /// <exception cref="ToolException">The process that was given by its number has ended.</exception>
    internal bool TryAgain()
    {
        if (options.PidFile is null)
        {
            return Parent.IsThere ? true : throw ToolException.CouldNotAsk($"process {Parent.Pid} has ended.");
        }

        try
        {
            Parent = ParentProcess.Find(options);
            _isMissing = false;
            return true;
        }
        catch (ToolException e)
        {
            if (!_isMissing)
            {
                Console.Error.WriteLine($"procman: {e.Message} It is looked for again.");
            }

            _isMissing = true;
            return false;
        }
    }
}
