namespace ProcManager.Posix;

/// <summary>What follows from a failed accept(2).</summary>
internal enum AcceptFailure
{
    /// <summary>There is nothing to take (any more): wait again.</summary>
    Nothing,

    /// <summary>There is a connection, and no descriptor or memory for it: pause.</summary>
    NoRoom,

    /// <summary>The listener cannot be used.</summary>
    Broken,
}

/// <summary>The errors of accept(2), in one place.</summary>
internal static class AcceptError
{
    internal static AcceptFailure Classify(int errno) => errno switch
    {
        Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM => AcceptFailure.NoRoom,
        Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED => AcceptFailure.Nothing,
        Errno.EPERM => AcceptFailure.Nothing, // a firewall's rule

        // Linux passes on network errors of the new connection, which is gone then: "treat them like EAGAIN", says accept(2).
        Errno.ENETDOWN or Errno.EPROTO or Errno.ENOPROTOOPT or Errno.EHOSTDOWN or Errno.ENONET or Errno.EHOSTUNREACH or Errno.EOPNOTSUPP
            or Errno.ENETUNREACH or Errno.ETIMEDOUT => AcceptFailure.Nothing,
        _ => AcceptFailure.Broken,
    };
}
