using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Checks;

/// <summary>Connects to a TCP port and closes the connection. Of a name with several addresses one that accepts is enough. By system calls: a check of a local port takes no task and no thread.</summary>
internal sealed class TcpProbe(TcpCheck check) : IServiceProbe
{
    private readonly IPAddress? _address = IPAddress.TryParse(check.Host, out IPAddress? address) ? address : null;
    private Task<IPAddress[]>? _lookup;

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        TimeSpan until = Monotonic.Now + check.Timeout;
        return _address is null ? new(OfNameAsync(until, cancellationToken)) : Connect(_address, until, cancellationToken);
    }

    private async Task<CheckResult> OfNameAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            // A lookup that hangs is waited for by the next checks too, so that there is never more than one.
            Task<IPAddress[]> lookup = _lookup is { IsCompleted: false } pending ? pending : _lookup = Dns.GetHostAddressesAsync(check.Host, CancellationToken.None);
            addresses = await lookup.WaitAsync(check.Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new(false, $"the address of {check.Host} was not found within {Words.Time(check.Timeout)}");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return new(false, $"the address of {check.Host} cannot be found: {e.Message}");
        }

        var last = new CheckResult(false, $"{check.Host} has no address");
        foreach (IPAddress address in addresses)
        {
            last = await Connect(address, until, cancellationToken).ConfigureAwait(false);
            if (last.Passed)
            {
                break;
            }
        }

        return last;
    }

    private ValueTask<CheckResult> Connect(IPAddress address, TimeSpan until, CancellationToken cancellationToken)
    {
        string place = PlaceOf(address);
        int fd;
        try
        {
            fd = TcpSockets.Open(address.AddressFamily);
        }
        catch (PosixException e)
        {
            return new(new CheckResult(false, $"{place} cannot be looked at: {e.Reason}"));
        }

        int errno = TcpSockets.Connect(fd, address, check.Port);
        if (errno == Errno.EINPROGRESS && Connections.WaitFor(fd, Constants.POLLOUT, 0) == 0)
        {
            return new(FinishAsync(fd, place, until, cancellationToken));
        }

        return new(End(fd, place, errno));
    }

    private async Task<CheckResult> FinishAsync(int fd, string place, TimeSpan until, CancellationToken cancellationToken)
    {
        if (await DescriptorWaits.WaitAsync(fd, -1, Constants.POLLOUT, until - Monotonic.Now, cancellationToken).ConfigureAwait(false))
        {
            return End(fd, place, Errno.EINPROGRESS);
        }

        Descriptors.Close(fd);
        return new(false, cancellationToken.IsCancellationRequested ? $"the check of {place} was cancelled" : $"{place} did not accept a connection within {Words.Time(check.Timeout)}");
    }

    private static CheckResult End(int fd, string place, int errno)
    {
        errno = errno == Errno.EINPROGRESS ? TcpSockets.Result(fd) : errno;
        if (errno == 0 && TcpSockets.IsConnectedToItself(fd))
        {
            errno = Errno.ECONNREFUSED;
        }

        Descriptors.Close(fd);
        return errno switch
        {
            0 => new(true, $"{place} accepts connections"),
            Errno.ECONNREFUSED => new(false, $"{place} refuses connections"),
            _ => new(false, $"{place} cannot be reached: {Marshal.GetPInvokeErrorMessage(errno)}"),
        };
    }

    private string PlaceOf(IPAddress address)
    {
        string text = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return _address is null
            ? string.Create(CultureInfo.InvariantCulture, $"{check.Host}:{check.Port} ({text})")
            : string.Create(CultureInfo.InvariantCulture, $"{text}:{check.Port}");
    }
}
