using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class FailedCalls
{
    [Fact]
    public void The_text_of_a_call_is_made_only_when_it_failed()
    {
        var thing = new Thing();

        PosixException.ThrowIf(failed: false, $"close({thing})");

        thing.Asked.Should().Be(0);
    }

    [Fact]
    public void A_failed_call_is_named_with_its_thing_and_the_error_number()
    {
        Action fail = static () =>
        {
            Marshal.SetLastPInvokeError(Errno.ENOENT);
            PosixException.ThrowIf(failed: true, $"open({new Thing()}, {7})");
        };

        fail.Should().Throw<PosixException>().WithMessage("open(thing, 7) failed: No such file or directory (errno 2).").Which.Errno.Should().Be(Errno.ENOENT);
    }

    private sealed class Thing
    {
        internal int Asked { get; private set; }

        public override string ToString()
        {
            Asked++;
            Marshal.SetLastPInvokeError(0); // what makes the text may change the error number
            return "thing";
        }
    }
}
