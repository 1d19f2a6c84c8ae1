using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Services.Snapshots;

/// <summary>Which users are logged in: from utmp(5), and where a system has none any more, from the sessions of systemd.</summary>
internal static class LoginFacts
{
    private const int UserProcess = 7;

    internal static string Read() => Read("/run/utmp", "/run/systemd/sessions");

    internal static string Read(string utmp, string sessions)
    {
        string users = File.Exists(utmp) ? OfUtmp(ReadBytes(utmp)) : OfSessions(sessions);
        return users.Length > 0 ? users : "no user is logged in\n";
    }

    /// <summary>struct utmp has two shapes: with numbers of 32 bits for the time on x64, and with 64 bits on arm64.</summary>
    internal static string OfUtmp(ReadOnlySpan<byte> records)
    {
        bool isWide = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        int size = isWide ? 400 : 384;
        var text = new StringBuilder();
        for (; records.Length >= size; records = records[size..])
        {
            int pid = BinaryPrimitives.ReadInt32LittleEndian(records[4..]);
            if (BinaryPrimitives.ReadInt16LittleEndian(records) != UserProcess || ProcFs.Process(pid) is null)
            {
                continue; // another kind of entry, or one that was left when its session ended
            }

            long seconds = isWide ? BinaryPrimitives.ReadInt64LittleEndian(records[344..]) : BinaryPrimitives.ReadUInt32LittleEndian(records[340..]);
            string host = Text(records.Slice(76, 256));
            text.Append(CultureInfo.InvariantCulture, $"{Text(records.Slice(44, 32))} on {Text(records.Slice(8, 32))} since {MachineFacts.Time(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, uint.MaxValue)))}{(host.Length > 0 ? $" from {host}" : "")}, pid {pid}\n");
        }

        return text.ToString();
    }

    private static string OfSessions(string folder)
    {
        var text = new StringBuilder();
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            var values = ShortFiles.Read(file).Split('\n').Select(static l => l.Split('=', 2)).Where(static l => l.Length == 2).GroupBy(static l => l[0]).ToDictionary(static g => g.Key, static g => Printable.Of(g.First()[1]));
            if (values.GetValueOrDefault("CLASS", "user") == "user" && values.TryGetValue("USER", out string? user))
            {
                string where = $"{values.GetValueOrDefault("TTY")} {values.GetValueOrDefault("REMOTE_HOST")}".Trim();
                text.Append(CultureInfo.InvariantCulture, $"{user}, session {Path.GetFileName(file)} {where}\n");
            }
        }

        return text.ToString();
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Printable.Of(Encoding.UTF8.GetString(end < 0 ? field : field[..end]));
    }
}
