namespace ProcManager.Status;

/// <summary>What a status page has to say. Called on the page's own thread, one call after the other.</summary>
internal interface IStatusContent
{
    /// <summary>When <see cref="Sample"/> is due, in monotonic time.</summary>
    TimeSpan NextSampleAt { get; }

    /// <summary>The page for people, which is the same for every request.</summary>
    byte[] Page { get; }

    /// <summary>Header fields of the page.</summary>
    string PageHeaders { get; }

    /// <summary>Takes a sample for what is shown of the last minutes.</summary>
    void Sample();

    /// <summary>Whether it works and whether it serves.</summary>
    HealthReport Judge();

    /// <summary>The report under a path: <c>/status.json</c>, <c>/status.txt</c> or <c>/metrics</c>; null: there is none.</summary>
    StatusReport? Report(string path);
}

/// <summary>A report with its content type.</summary>
internal readonly record struct StatusReport(string Type, ReadOnlyMemory<byte> Body)
{
    internal const string Json = "application/json";
    internal const string Text = "text/plain; charset=utf-8";
}
