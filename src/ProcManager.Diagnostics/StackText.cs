using System.Globalization;
using System.Text;

namespace ProcManager.Diagnostics;

/// <summary>The stacks as text: equal ones once, the most interesting ones first.</summary>
internal static class StackText
{
    internal const int MaximumBytes = 64 * 1024;

    private const int FramesTold = 100; // the runtime's own limit
    private const int ThreadsNamed = 20;

    internal static string Of(int pid, IReadOnlyList<ThreadStack> stacks, TimeSpan took)
    {
        List<Fold> folds = [.. stacks.GroupBy(static s => s, SameStack.Instance).Select(static g => new Fold([.. g], StackRanks.Of(g.Key.Frames)))
            .OrderBy(static f => f.Rank).ThenByDescending(static f => f.Threads.Count).ThenBy(static f => f.First.ThreadId)];

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Count(stacks.Count, "thread")} of {TargetProcess.Named(pid)} with {Count(folds.Count, "different stack")}, taken in {took.TotalMilliseconds:F0} ms\n");
        if (OnlyAwaits(pid, stacks))
        {
            text.Append("the first thread waits for a task, and the thread pool has no work: what awaits has no thread and is not seen here\n");
        }

        StackRank rank = StackRank.Program;
        foreach (Fold fold in folds)
        {
            if (fold.Rank == StackRank.Background && rank != StackRank.Background)
            {
                text.Append("\n--- threads without work, and threads of ProcManager ---\n");
            }

            rank = fold.Rank;
            Append(text, fold);
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Whole blocks as long as they fit.</summary>
    internal static string Cut(string text, int bytes)
    {
        const int Note = 100;
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        int length = Math.Min(text.Length, bytes - Note);
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) > bytes - Note)
        {
            length -= Math.Max(1, length / 50);
        }

        int blank = text.LastIndexOf("\n\n", length, StringComparison.Ordinal);
        int end = blank > 0 ? blank : Math.Max(0, text.LastIndexOf('\n', length));
        int left = text.AsSpan(end).Count("\n\n");
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}\n\n… {Count(left, "more block")} left out: the text has an end at {MaximumBytes / 1024} KiB");
    }

    internal static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    /// <summary>Thread numbers, and the name when all have the same.</summary>
    internal static string Threads(IReadOnlyList<(int Id, string Name)> threads)
    {
        string ids = string.Join(", ", threads.Take(ThreadsNamed).Select(static t => t.Id.ToString(CultureInfo.InvariantCulture)));
        string name = threads.All(t => t.Name == threads[0].Name) && threads[0].Name.Length > 0 ? $" ({threads[0].Name})" : "";
        string more = threads.Count > ThreadsNamed ? ", …" : "";
        return threads.Count == 1 ? $"thread {ids}{name}" : $"{Count(threads.Count, "thread")}: {ids}{more}{name}";
    }

    private static void Append(StringBuilder text, Fold fold)
    {
        text.Append('\n').Append(Threads([.. fold.Threads.Select(static t => (t.ThreadId, t.Name))])).Append(fold.First.IsRunning ? ", running\n" : "\n");
        foreach (StackFrame frame in fold.First.Frames)
        {
            text.Append("    ").Append(frame.Method).Append('\n');
        }

        if (fold.First.Frames.Count >= FramesTold)
        {
            text.Append("    … the runtime tells no more\n");
        }
    }

    /// <summary>How a program looks whose requests all await something.</summary>
    private static bool OnlyAwaits(int pid, IReadOnlyList<ThreadStack> stacks) =>
        stacks.Any(s => s.ThreadId == pid && s.Frames.Any(static f => f.Method.StartsWith("System.Threading.Tasks.Task.", StringComparison.Ordinal)))
        && !stacks.Any(static s => StackRanks.IsPoolWork(s.Frames));

    private sealed record Fold(IReadOnlyList<ThreadStack> Threads, StackRank Rank)
    {
        internal ThreadStack First => Threads[0];
    }

    private sealed class SameStack : IEqualityComparer<ThreadStack>
    {
        internal static readonly SameStack Instance = new();

        public bool Equals(ThreadStack? x, ThreadStack? y) => x!.IsRunning == y!.IsRunning && x.Frames.SequenceEqual(y.Frames);

        public int GetHashCode(ThreadStack stack) => stack.Frames.Aggregate(stack.Frames.Count, static (hash, frame) => HashCode.Combine(hash, frame));
    }
}
