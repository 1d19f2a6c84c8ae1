using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tests.Posix;

public class LookingAtAProcess
{
    [Fact]
    public void Private_memory_is_what_the_kernel_calls_anonymous()
    {
        byte[] touched = GC.AllocateUninitializedArray<byte>(64 << 20, pinned: true);
        Array.Fill(touched, (byte)1);
        long anonymous = Status("RssAnon");

        MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Private).Should().BeCloseTo(anonymous, 16 << 20);
        GC.KeepAlive(touched);
    }

    [Fact]
    public void Resident_and_virtual_memory_are_the_kernels() =>
        (MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Resident), MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Virtual))
            .Should().Match<(long Resident, long All)>(m => Math.Abs(m.Resident - Status("VmRSS")) < 16 << 20 && Math.Abs(m.All - Status("VmSize")) < 1L << 30);

    [Fact]
    public void Proportional_memory_lies_between_private_and_resident()
    {
        long proportional = MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Proportional);

        proportional.Should().BeGreaterThan(1 << 20).And.BeLessThanOrEqualTo(MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Resident) + (16 << 20));
    }

    [Fact]
    public void Processor_time_grows_with_work_and_not_with_waiting()
    {
        using Process spinning = Process.Start("/bin/sh", ["-c", "while :; do :; done"]);
        try
        {
            ProcFs.TryStat(spinning.Id, out _, out TimeSpan before).Should().BeTrue();
            SpinWait.SpinUntil(() => ProcFs.TryStat(spinning.Id, out _, out TimeSpan now) && now - before >= TimeSpan.FromMilliseconds(50), 20_000).Should().BeTrue();
        }
        finally
        {
            spinning.Kill();
            spinning.WaitForExit();
        }
    }

    [Fact]
    public void A_name_with_brackets_and_blanks_in_it_does_not_shift_the_fields()
    {
        using var folder = new Infrastructure.TempFolder();
        string program = Path.Combine(folder.Path, "a) R 1 (b");
        File.Copy("/bin/sleep", program);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using Process sleeping = Process.Start(program, ["60"]);
        try
        {
            SpinWait.SpinUntil(() => ProcFs.TryStat(sleeping.Id, out char state, out _) && state == 'S', 20_000).Should().BeTrue();
        }
        finally
        {
            sleeping.Kill();
            sleeping.WaitForExit();
        }
    }

    [Fact]
    public void Of_a_process_that_is_gone_nothing_is_known()
    {
        using Process gone = Process.Start("/bin/true");
        gone.WaitForExit();

        ProcFs.TryStat(gone.Id, out _, out _).Should().BeFalse();
        Enum.GetValues<MemoryMeasure>().Select(m => MemoryGauge.Measure(gone.Id, m)).Should().OnlyContain(static bytes => bytes == 0);
        ThreadReport.Of(gone.Id).Should().Be($"nothing is known of the threads of process {gone.Id}");
    }

    [Fact]
    public void The_report_on_threads_names_each_with_state_and_place() =>
        ThreadReport.Of(Environment.ProcessId).Should().MatchRegex(@"^\d+ threads of process \d+:(\n  thread \d+ [^\n]*: state [RSD], waits in \S+, system call [^\n]+)+");

    private static long Status(string field) => 1024 * long.Parse(
        Regex.Match(File.ReadAllText("/proc/self/status"), $@"{field}:\s+(\d+) kB").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
}
