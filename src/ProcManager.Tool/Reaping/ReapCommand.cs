namespace ProcManager.Tool.Reaping;

/// <summary>
/// A memory limit for the workers of any manager (mission C4): a child of the parent that is over the limit gets a signal at which it finishes its request and ends, and its manager starts another. One after the other, so that those
/// that serve do not vanish together.
/// </summary>
internal static class ReapCommand
{
    internal static int Run(ReapOptions options)
    {
        var search = new ParentSearch(options, ParentProcess.Find(options)); // a wrong call is told at once
        var rounds = new ReapRounds(options);
        while (true)
        {
            rounds.Run(search.Parent);
            if (options.Interval is not { } interval)
            {
                return ExitCodes.Done;
            }

            do
            {
                Thread.Sleep(interval);
            }
            while (!search.TryAgain());
        }
    }
}
