using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

/// <summary>accept(2): "Linux accept() passes already-pending network errors on the new socket as an error code. … the application should … treat them like EAGAIN".</summary>
public class AcceptErrors
{
    [Theory]
    [InlineData(Errno.EAGAIN)]
    [InlineData(Errno.EINTR)]
    [InlineData(Errno.ECONNABORTED)]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ENETDOWN)]
    [InlineData(Errno.EPROTO)]
    [InlineData(Errno.ENOPROTOOPT)]
    [InlineData(Errno.EHOSTDOWN)]
    [InlineData(Errno.ENONET)]
    [InlineData(Errno.EHOSTUNREACH)]
    [InlineData(Errno.EOPNOTSUPP)]
    [InlineData(Errno.ENETUNREACH)]
    [InlineData(Errno.ETIMEDOUT)]
    public void What_went_wrong_with_one_connection_does_not_end_the_worker(int errno) => AcceptError.Classify(errno).Should().Be(AcceptFailure.Nothing);

    [Theory]
    [InlineData(Errno.EMFILE)]
    [InlineData(Errno.ENFILE)]
    [InlineData(Errno.ENOBUFS)]
    [InlineData(Errno.ENOMEM)]
    public void A_limit_is_a_pause(int errno) => AcceptError.Classify(errno).Should().Be(AcceptFailure.NoRoom);

    [Theory]
    [InlineData(9)] // EBADF
    [InlineData(22)] // EINVAL: it does not listen
    [InlineData(88)] // ENOTSOCK
    public void A_listener_that_is_none_is_told(int errno) => AcceptError.Classify(errno).Should().Be(AcceptFailure.Broken);
}
