namespace ProcManager.Supervision;

/// <summary>The numbers that are the same on every Unix.</summary>
internal static class UnixSignal
{
    internal const int Hup = 1;
    internal const int Int = 2;
    internal const int Quit = 3;
    internal const int Kill = 9;
    internal const int Term = 15;
}
