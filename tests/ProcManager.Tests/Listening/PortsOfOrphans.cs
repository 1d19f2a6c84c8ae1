using System.Net;
using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Tests.Listening;

public class PortsOfOrphans
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_port_that_a_worker_of_ours_holds_is_told_with_its_process_and_what_to_do(bool orphan)
    {
        int manager = orphan ? 4_194_000 : Environment.ProcessId; // the first is above every number that is in use here
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var endPoint = (IPEndPoint)listener.LocalEndPoint!;
        var record = new LaunchRecord(manager, 2, 1, false, 4, 5, [new InheritedListener("http", 3)]);
        int pid = Spawner.Spawn(new SpawnRequest("/bin/sleep", ["sleep", "600"], [$"{LaunchRecord.Variable}={record.Encode()}"], [(int)listener.Handle]));
        listener.Dispose();
        try
        {
            Action bind = () => Binder.Bind("http", endPoint, new ListenOptions()).Dispose();

            bind.Should().Throw<ProcManagerException>().Which.Message.Should().ContainAll(
                orphan ? ["Worker 2", $"pid {pid}", $"of a manager that has died (pid {manager})", $"kill {pid}"] : [$"The pool of the manager with pid {manager} listens there"]);
        }
        finally
        {
            Children.KillGroup(pid);
            Children.Reap(pid);
        }
    }

    [Fact]
    public void A_port_of_another_program_is_told_as_ever()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        PortHolders.Describe(((IPEndPoint)listener.LocalEndPoint!).Port).Should().BeNull();
    }
}
