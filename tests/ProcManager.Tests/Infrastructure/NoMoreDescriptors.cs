using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Tests.Infrastructure;

/// <summary>While it lives, this process can open no file.</summary>
internal sealed unsafe partial class NoMoreDescriptors : IDisposable
{
    private readonly ulong _soft;
    private readonly ulong _hard;

    internal NoMoreDescriptors()
    {
        ulong* limit = stackalloc ulong[2];
        LibC.getrlimit(Constants.RLIMIT_NOFILE, limit).Should().Be(0);
        (_soft, _hard) = (limit[0], limit[1]);
        (int read, int write) = Descriptors.Pipe();
        Descriptors.Close(read);
        Descriptors.Close(write);
        Set((ulong)Math.Min(read, write)); // the lowest free number
    }

    public void Dispose() => Set(_soft);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ulong* softAndHard);

    private void Set(ulong soft)
    {
        ulong* limit = stackalloc ulong[2] { soft, _hard };
        if (setrlimit(Constants.RLIMIT_NOFILE, limit) != 0)
        {
            throw new InvalidOperationException("setrlimit failed");
        }
    }
}
