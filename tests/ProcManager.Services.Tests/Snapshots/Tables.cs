using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Tests.Snapshots;

/// <summary>Files of the kernel and of the system in their odd shapes.</summary>
[Trait("Row", "E3")]
public class Tables
{
    [Fact]
    public void Listeners_and_counts_of_a_port_come_from_the_table()
    {
        const string Table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
               1: 0100007F:18EB 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
               2: 0100007F:C000 0100007F:18EB 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 20 4 30 10 -1
               3: 0100007F:18EB 0100007F:C002 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
               4: 0100007F:18EB 0100007F:C004 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
            """;
        (string[] listening, string counts) = SocketFacts.OfPort(6379, Table);
        listening.Should().Equal("4711");
        counts.Should().Be("2 TIME_WAIT, 1 LISTEN, 1 ESTABLISHED");
    }

    [Fact]
    public void A_unix_socket_is_found_by_its_whole_path() => SocketFacts.OfPath("/run/my app/s", """
        Num       RefCount Protocol Flags    Type St Inode Path
        0000000000000000: 00000002 00000000 00010000 0001 01 21 /run/my app/s
        0000000000000000: 00000002 00000000 00010000 0001 01 22 /run/my
        0000000000000000: 00000003 00000000 00000000 0001 03 23
        """).Should().Equal("21");

    [Fact]
    public void Of_two_mounts_the_longer_counts_and_of_two_at_one_place_the_later()
    {
        DiskFacts.Mount[] mounts = [.. DiskFacts.Mounts("""
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 22 0:20 / /var\040lib rw - tmpfs none rw
            31 22 0:21 / /run rw - tmpfs none rw
            32 22 0:22 / /run ro,nosuid - ramfs none rw
            """)];
        DiskFacts.Under(mounts, "/var lib/x").Should().Be(new DiskFacts.Mount("/var lib", "tmpfs", false));
        DiskFacts.Under(mounts, "/running")!.Path.Should().Be("/");
        DiskFacts.Under(mounts, "/run/x").Should().Be(new DiskFacts.Mount("/run", "ramfs", true));
    }

    [Fact]
    public void A_message_of_the_kernel_is_told_with_its_time_when_it_is_about_a_kill()
    {
        long microseconds = Environment.TickCount64 * 1000;
        string? line = KernelFacts.Line(string.Create(CultureInfo.InvariantCulture, $"3,100,{microseconds},-;Out of memory: Killed process 42 (redis)\u001b[2J\n SUBSYSTEM=x\n"));
        line.Should().EndWith("Z Out of memory: Killed process 42 (redis)\\u001B[2J");
        DateTimeOffset.Parse(line![..20], CultureInfo.InvariantCulture).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromSeconds(5));
        KernelFacts.Line("6,1,1000,-;eth0: link is up").Should().BeNull();
        KernelFacts.Line("nonsense").Should().BeNull();
        KernelFacts.Line("a,b,c;oom").Should().BeNull();
    }

    [Fact]
    public void Users_come_from_utmp_and_entries_of_dead_sessions_are_left_out()
    {
        byte[] records = [.. Record(7, Environment.ProcessId, "anna", "pts/0", "192.0.2.7"), .. Record(8, Environment.ProcessId, "gone", "pts/1", ""), .. Record(7, 4194305, "dead", "pts/2", ""), 1, 2, 3];
        LoginFacts.OfUtmp(records).Should().Be($"anna on pts/0 since 2026-11-28T00:00:00Z from 192.0.2.7, pid {Environment.ProcessId}\n");
    }

    [Fact]
    public void Users_come_from_sessions_of_systemd_where_there_is_no_utmp()
    {
        using var folder = new TempFolder();
        _ = folder.Write("3", "# private\nUID=1000\nUSER=anna\nCLASS=user\nTTY=pts/0\nREMOTE_HOST=192.0.2.7\n");
        _ = folder.Write("c1", "UID=1\nUSER=gdm\nCLASS=greeter\n");
        LoginFacts.Read(folder.File("none"), folder.Path).Should().Be("anna, session 3 pts/0 192.0.2.7\n");
        LoginFacts.Read(folder.File("none"), folder.File("none")).Should().Be("no user is logged in\n");
    }

    private static byte[] Record(short type, int pid, string user, string line, string host)
    {
        bool isWide = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        byte[] record = new byte[isWide ? 400 : 384];
        BinaryPrimitives.WriteInt16LittleEndian(record, type);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), pid);
        Encoding.ASCII.GetBytes(line).CopyTo(record, 8);
        Encoding.ASCII.GetBytes(user).CopyTo(record, 44);
        Encoding.ASCII.GetBytes(host).CopyTo(record, 76);
        int seconds = (int)new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(isWide ? 344 : 340), seconds);
        return record;
    }
}
