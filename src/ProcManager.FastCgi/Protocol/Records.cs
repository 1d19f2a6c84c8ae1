using System.Buffers.Binary;

namespace ProcManager.FastCgi.Protocol;

/// <summary>Record types, FastCGI specification 8.</summary>
internal enum RecordType : byte
{
    BeginRequest = 1,
    AbortRequest = 2,
    EndRequest = 3,
    Params = 4,
    Stdin = 5,
    Stdout = 6,
    Stderr = 7,
    Data = 8,
    GetValues = 9,
    GetValuesResult = 10,
    UnknownType = 11,
}

/// <summary>How a request has ended for the protocol, FastCGI specification 5.5.</summary>
internal enum ProtocolStatus : byte
{
    RequestComplete = 0,
    CannotMultiplex = 1,
    Overloaded = 2,
    UnknownRole = 3,
}

/// <summary>The wire format of single records, FastCGI specification 3.3 and 5.</summary>
internal static class Records
{
    internal const byte Version = 1;
    internal const int HeaderSize = 8;
    internal const int EndRequestSize = 16;

    /// <summary>The most content of a record that is a multiple of eight, so that only a last record needs padding.</summary>
    internal const int MaxContent = 65528;

    internal const byte KeepConnection = 1;

    internal static void WriteHeader(Span<byte> to, RecordType type, int requestId, int contentLength, int paddingLength)
    {
        to[0] = Version;
        to[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)requestId);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)contentLength);
        to[6] = (byte)paddingLength;
        to[7] = 0;
    }

    internal static void WriteEndRequest(Span<byte> to, int requestId, uint appStatus, ProtocolStatus status)
    {
        WriteHeader(to, RecordType.EndRequest, requestId, 8, 0);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], appStatus);
        to[12] = (byte)status;
        to[13..16].Clear();
    }

    /// <summary>The answer to a management record we do not know, FastCGI specification 4.2.</summary>
    internal static byte[] UnknownType(byte type)
    {
        byte[] record = new byte[16];
        WriteHeader(record, RecordType.UnknownType, 0, 8, 0);
        record[8] = type;
        return record;
    }

    internal static byte[] EndRequest(int requestId, ProtocolStatus status)
    {
        byte[] record = new byte[EndRequestSize];
        WriteEndRequest(record, requestId, 0, status);
        return record;
    }

    /// <summary>
    /// A request too many. A responder's is answered: HAProxy 2.6 waits until its timeout when there is only OVERLOADED, and gives
    /// up the other requests of the connection when that stands behind an answer.
    /// </summary>
    internal static byte[] TooMany(int requestId, FastCgiRole role)
    {
        if (role != FastCgiRole.Responder)
        {
            return EndRequest(requestId, ProtocolStatus.Overloaded);
        }

        ReadOnlySpan<byte> answer = "Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\n503 Service Unavailable\n"u8;
        int padding = PaddingOf(answer.Length);
        byte[] records = new byte[HeaderSize + answer.Length + padding + HeaderSize + EndRequestSize];
        WriteHeader(records, RecordType.Stdout, requestId, answer.Length, padding);
        answer.CopyTo(records.AsSpan(HeaderSize));
        Span<byte> rest = records.AsSpan(HeaderSize + answer.Length + padding);
        WriteHeader(rest, RecordType.Stdout, requestId, 0, 0);
        WriteEndRequest(rest[HeaderSize..], requestId, 0, ProtocolStatus.RequestComplete);
        return records;
    }

    internal static int PaddingOf(int length) => -length & 7;
}

/// <summary>The eight bytes before each record's content.</summary>
internal readonly record struct RecordHeader(byte Version, RecordType Type, int RequestId, int ContentLength, int PaddingLength)
{
    internal static RecordHeader Read(ReadOnlySpan<byte> from) => new(
        from[0], (RecordType)from[1], BinaryPrimitives.ReadUInt16BigEndian(from[2..]), BinaryPrimitives.ReadUInt16BigEndian(from[4..]), from[6]);
}
