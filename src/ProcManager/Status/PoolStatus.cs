using System.Buffers;
using System.Text;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>The status page of a pool.</summary>
internal sealed class PoolStatus(ReportSource reports, IReadOnlyCollection<IStatusPart> parts) : IStatusContent
{
    /// <summary>Each report looks at the memory of every worker: however many clients ask, that is done four times a second at most.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly StatusHistory _history = new();
    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private PoolReport? _report;
    private TimeSpan _reportedAt;

    public TimeSpan NextSampleAt => _history.NextAt;

    public byte[] Page => StatusPage.Bytes;

    public string PageHeaders => StatusPage.Headers;

    public void Sample() => _history.Add(reports.Sample());

    public HealthReport Judge() => reports.Judge();

    public StatusReport? Report(string path) => path switch
    {
        "/status.json" => new(StatusReport.Json, Json(Read())),
        "/status.txt" => new(StatusReport.Text, Encoding.UTF8.GetBytes(TextReport.Write(Read(), parts))),
        "/metrics" => new(MetricsText.ContentType, Encoding.UTF8.GetBytes(MetricsReport.Write(Read(), parts))),
        _ => null,
    };

    private PoolReport Read()
    {
        if (_report is null || Monotonic.Now - _reportedAt >= Fresh)
        {
            _report = reports.Read(_history);
            _reportedAt = Monotonic.Now;
        }

        return _report;
    }

    private ReadOnlyMemory<byte> Json(PoolReport report)
    {
        _json.ResetWrittenCount();
        JsonReport.Write(_json, report, parts);
        return _json.WrittenMemory;
    }
}
