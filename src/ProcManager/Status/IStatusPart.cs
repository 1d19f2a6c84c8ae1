using System.Text;
using System.Text.Json;

namespace ProcManager.Status;

/// <summary>What another package of this project adds to the reports of a pool. Called on the threads that make reports.</summary>
internal interface IStatusPart
{
    /// <summary>Properties of the report's object.</summary>
    void WriteJson(Utf8JsonWriter json);

    void WriteText(StringBuilder text);

    void WriteMetrics(MetricsText metrics);
}
