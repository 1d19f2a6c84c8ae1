using System.Globalization;
using System.Text;

namespace ProcManager.FastCgi.Protocol;

/// <summary>The answer to GET_VALUES, FastCGI specification 4.1: the variables that we know, unknown names are left out.</summary>
internal static class ManagementValues
{
    internal static byte[] Answer(ReadOnlySpan<byte> asked, int maxConnections, int maxRequests, bool multiplex)
    {
        byte[] record = new byte[Records.HeaderSize + 128];
        int at = Records.HeaderSize;
        int from = 0;
        var seen = new HashSet<string>();
        while (NameValues.TryRead(asked, ref from, out Range name, out _))
        {
            string text = Encoding.ASCII.GetString(asked[name]);
            int? value = text switch
            {
                "FCGI_MAX_CONNS" => maxConnections,
                "FCGI_MAX_REQS" => maxRequests,
                "FCGI_MPXS_CONNS" => multiplex ? 1 : 0,
                _ => null,
            };
            if (value is { } number && seen.Add(text))
            {
                at += NameValues.Write(record.AsSpan(at), asked[name], Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            }
        }

        int content = at - Records.HeaderSize;
        int padding = Records.PaddingOf(content);
        Records.WriteHeader(record, RecordType.GetValuesResult, 0, content, padding);
        return record[..(at + padding)];
    }
}
