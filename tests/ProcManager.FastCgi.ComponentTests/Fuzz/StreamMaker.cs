using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests.Fuzz;

/// <summary>Conversations of a web server, most of them broken somewhere. The same seed makes the same ones.</summary>
internal sealed class StreamMaker(int seed)
{
    private readonly Random _random = new(seed);

    internal byte[] Next()
    {
        if (_random.Next(20) == 0)
        {
            byte[] noise = new byte[_random.Next(1, 400)];
            _random.NextBytes(noise);
            return noise;
        }

        List<byte[]> records = Conversation();
        for (int i = _random.Next(4); i > 0; i--)
        {
            ChangeRecords(records);
        }

        byte[] all = [.. records.SelectMany(static r => r)];
        for (int i = _random.Next(5); i > 0 && all.Length > 0; i--)
        {
            all[_random.Next(all.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return _random.Next(4) == 0 ? all[.._random.Next(all.Length + 1)] : all;
    }

    private List<byte[]> Conversation()
    {
        var records = new List<byte[]>();
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            int id = _random.Next(6) == 0 ? _random.Next(65536) : _random.Next(1, 3);
            records.Add(Wire.BeginRequest(id, _random.Next(8) == 0 ? _random.Next(5) : 1, keep: _random.Next(3) > 0));
            Stream(records, Wire.Params, id, Parameters());
            byte[] body = new byte[_random.Next(3) == 0 ? _random.Next(3000) : 0];
            Stream(records, Wire.Stdin, id, body);
            if (_random.Next(10) == 0)
            {
                Stream(records, Wire.Data, id, new byte[_random.Next(100)]);
            }

            if (_random.Next(10) == 0)
            {
                records.Add(Wire.Record(_random.Next(256), _random.Next(2) * id, new byte[_random.Next(30)], _random.Next(20)));
            }

            if (_random.Next(20) == 0)
            {
                records.Add(Wire.Record(Wire.GetValues, 0, Wire.Pairs(("FCGI_MAX_REQS", ""), ("X", "y"))));
            }

            if (_random.Next(20) == 0)
            {
                records.Add(Wire.Record(Wire.Abort, id));
            }
        }

        return records;
    }

    private byte[] Parameters()
    {
        var pairs = new List<byte>();
        for (int i = _random.Next(12); i > 0; i--)
        {
            string name = _random.Next(4) switch { 0 => "CONTENT_LENGTH", 1 => "HTTP_A", 2 => new string('N', _random.Next(200)), _ => "REQUEST_METHOD" };
            string value = _random.Next(3) switch { 0 => $"{_random.Next(100_000)}", 1 => "HEAD", _ => new string('v', _random.Next(300)) };
            pairs.AddRange(Wire.Pair(name, name == "CONTENT_LENGTH" && _random.Next(10) > 1 ? $"{_random.Next(1_000)}" : value)); // seldom too long, or no number: such a request is refused
        }

        if (_random.Next(6) == 0)
        {
            pairs.AddRange(Wire.Length(_random.Next()));
            pairs.AddRange(Wire.Length(_random.Next()));
        }

        return [.. pairs];
    }

    private void Stream(List<byte[]> records, int type, int id, byte[] content)
    {
        int size = _random.Next(3) == 0 ? _random.Next(1, 50) : 65535;
        for (int at = 0; at < content.Length; at += size)
        {
            records.Add(Wire.Record(type, id, content.AsSpan(at, Math.Min(size, content.Length - at)), _random.Next(3) == 0 ? _random.Next(256) : 0));
        }

        records.Add(Wire.Record(type, id));
    }

    private void ChangeRecords(List<byte[]> records)
    {
        if (records.Count == 0)
        {
            return;
        }

        int at = _random.Next(records.Count);
        switch (_random.Next(5))
        {
            case 0:
                records.RemoveAt(at);
                break;
            case 1:
                records.Insert(_random.Next(records.Count), records[at]);
                break;
            case 2:
                int other = _random.Next(records.Count);
                (records[at], records[other]) = (records[other], records[at]);
                break;
            case 3 when records[at].Length >= 8:
                records[at] = (byte[])records[at].Clone();
                records[at][_random.Next(8)] = (byte)_random.Next(256);
                break;
            default:
                records[at] = records[at][.._random.Next(records[at].Length)];
                break;
        }
    }
}
