using ProcManager.Diagnostics;

namespace ProcManager.Tool.Reaping;

/// <summary>
/// A memory limit for the workers of any manager (mission C4): a child of the parent that is over the limit gets a signal at which it finishes its request and ends, and its manager starts another. One after the other, so that those
/// that serve do not vanish together.
/// </summary>
internal static class ReapCommand
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>A request may take so long before its process ends. A process that takes longer is left alone, and the next one waits no more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    internal static int Run(ReapOptions options)
    {
        ParentProcess parent = ParentProcess.Find(options); // a wrong call is told at once
        while (true)
        {
            Round(parent, options);
            if (options.Interval is not { } interval)
            {
                return ExitCodes.Done;
            }

            do
            {
                Thread.Sleep(interval);
            }
            while (!TryFind(options, ref parent));
        }
    }

    private static bool TryFind(ReapOptions options, ref ParentProcess parent)
    {
        try
        {
            // A number that was given by hand means one process; a pid file names whatever runs now.
            if (options.PidFile is null)
            {
                return parent.IsThere ? true : throw ToolException.CouldNotAsk($"process {parent.Pid} has ended.");
            }

            parent = ParentProcess.Find(options);
            return true;
        }
        catch (ToolException e) when (options.PidFile is not null)
        {
            Console.Error.WriteLine($"procman: {e.Message} It is looked for again.");
            return false;
        }
    }

    private static void Round(ParentProcess parent, ReapOptions options)
    {
        List<GrownProcess> grown = GrownProcess.Among(parent, options);
        for (int sample = 1; sample < options.Samples && grown.Count > 0; sample++)
        {
            Thread.Sleep(SampleInterval);
            grown.RemoveAll(p => !p.IsStillOver(parent, options));
        }

        for (int i = 0; i < grown.Count; i++)
        {
            using GrownProcess process = grown[i];
            if (i > 0)
            {
                Thread.Sleep(options.Pause);
            }

            if (process.IsStillOver(parent, options) && process.TrySignal(parent, options.Signal))
            {
                Console.WriteLine($"process {process.Pid}: {Words.Memory(process.Memory)} of {Words.Memory(options.MaxMemory)}, {options.SignalName} sent");
                Console.WriteLine(process.Ends(Patience) ? $"process {process.Pid} has ended" : $"process {process.Pid} has not ended within {Words.Time(Patience)} and is left alone");
            }
        }
    }
}
