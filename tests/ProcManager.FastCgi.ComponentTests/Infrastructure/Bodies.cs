using System.Buffers;
using System.IO.Pipelines;

namespace ProcManager.FastCgi.ComponentTests.Infrastructure;

internal static class Bodies
{
    internal static async Task<byte[]> ReadAll(PipeReader reader)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync();
            if (result.IsCompleted)
            {
                byte[] all = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return all;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
