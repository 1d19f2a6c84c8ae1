using System.Globalization;
using System.Text;

namespace ProcManager.Status;

/// <summary>Prometheus's text format 0.0.4, see https://prometheus.io/docs/instrumenting/exposition_formats/.</summary>
internal sealed class MetricsText
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    internal const string Gauge = "gauge";
    internal const string Counter = "counter";

    private readonly StringBuilder _text = new(4096);

    public override string ToString() => _text.ToString();

    internal void One(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    internal void Family(string name, string type, string help) => _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    internal void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value)).Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escaped(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
