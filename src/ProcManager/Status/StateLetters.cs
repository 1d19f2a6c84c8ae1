namespace ProcManager.Status;

/// <summary>The letters of the scoreboard in words, in the order of a worker's life.</summary>
internal static class StateLetters
{
    internal static IReadOnlyList<(char Letter, string Meaning)> All { get; } =
    [
        ('F', "ordered, not started yet"),
        ('f', "starting, not ready yet"),
        ('.', "waiting for its first request"),
        ('w', "waiting for a request"),
        ('s', "standby"),
        ('r', "in a request"),
        ('l', "in a long request"),
        ('d', "leaving, still in a request"),
        ('e', "leaving, no request"),
    ];

    internal static string Meaning(char letter) => All.FirstOrDefault(l => l.Letter == letter).Meaning ?? "unknown";
}
