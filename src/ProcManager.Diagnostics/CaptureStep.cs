namespace ProcManager.Diagnostics;

/// <summary>How far a capture has come: what is said when its time is over.</summary>
internal sealed class CaptureStep
{
    internal const string Starting = "asked for a trace";
    internal const string Stopping = "it has begun a trace and does not end it";
    internal const string Reading = "reading the trace";

    private volatile string _now = Starting;

    internal string Now
    {
        get => _now;
        set => _now = value;
    }
}
