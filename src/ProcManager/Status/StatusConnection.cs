using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>One client of the status page: its request comes, the response goes, the end is awaited. It has one second in all.</summary>
internal sealed class StatusConnection(int fd, StatusAnswers answers) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly byte[] _request = new byte[RequestHead.MaxBytes];
    private int _length;
    private ReadOnlyMemory<byte>? _response;

    internal int Descriptor => fd;

    /// <summary>The poll(2) event that it waits for.</summary>
    internal short Awaits => _response is { Length: > 0 } ? Constants.POLLOUT : Constants.POLLIN;

    /// <summary>Its request has not come yet.</summary>
    internal bool IsAsking => _response is null;

    internal TimeSpan Until { get; } = Monotonic.Now + Lifetime;

    /// <summary>The connection can go on. False: it is over.</summary>
    internal bool GoOn()
    {
        bool isLate = Monotonic.Now >= Until;
        if (_response is not null)
        {
            return !isLate && Send();
        }

        // On a busy machine this process may be what is late: a request that is there is answered.
        int received = Connections.Receive(fd, _request.AsSpan(_length));
        if (received is 0 or Connections.Lost)
        {
            return false;
        }

        _length += Math.Max(0, received);
        _response = Answer();
        return _response is null ? !isLate : Send();
    }

    /// <summary>Its time is over. A client whose request has not come is told so.</summary>
    internal void GiveUp()
    {
        if (_response is null && _length > 0)
        {
            _response = StatusAnswers.TooSlow;
            _ = Send();
        }
    }

    public void Dispose() => Descriptors.Close(fd);

    private byte[]? Answer()
    {
        int head = RequestHead.LengthOf(_request.AsSpan(0, _length));
        if (head == 0)
        {
            return _length == _request.Length ? StatusAnswers.TooLarge : null;
        }

        return RequestHead.Read(_request.AsSpan(0, head)) is { } request ? answers.To(request) : StatusAnswers.NoRequest;
    }

    private bool Send()
    {
        ReadOnlyMemory<byte> rest = _response!.Value;
        if (rest.Length == 0)
        {
            return Connections.Receive(fd, _request) is > 0 or Connections.WouldBlock; // the rest of a request that was not read would make the kernel take the response back
        }

        int sent = Connections.Send(fd, rest.Span);
        if (sent == Connections.Lost)
        {
            return false;
        }

        rest = rest[Math.Max(0, sent)..];
        _response = rest;
        if (rest.Length == 0)
        {
            Connections.EndSending(fd);
        }

        return true;
    }
}
