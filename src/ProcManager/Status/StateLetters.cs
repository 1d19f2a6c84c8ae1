namespace ProcManager.Status;

/// <summary>The letters of the scoreboard in words, in the order of a worker's life.</summary>
internal static class StateLetters
{
    internal static IReadOnlyList<(char Letter, string Meaning)> All { get; } =
    [
        ('F', "being started"),
        ('f', "starting"),
        ('.', "waits for its first request"),
        ('w', "waits"),
        ('s', "stands by"),
        ('r', "in a request"),
        ('l', "in a long request"),
        ('d', "draining: leaves after its request"),
        ('e', "leaves"),
    ];

    internal static string Meaning(char letter) => All.FirstOrDefault(l => l.Letter == letter).Meaning ?? "unknown";
}
