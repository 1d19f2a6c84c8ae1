using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcManager.TestWorker;

/// <content>A worker that wants to be root again.</content>
internal sealed unsafe partial class Answers
{
    /// <summary>What each attempt gives: 0 would be success.</summary>
    private static string TryToComeBack() => string.Create(
        CultureInfo.InvariantCulture,
        $"setuid={setuid(0)} seteuid={seteuid(0)} setreuid={setreuid(0, 0)} setgid={setgid(0)} setgroups={setgroups(0, null)}");

    [LibraryImport("libc")]
    private static partial int setuid(uint user);

    [LibraryImport("libc")]
    private static partial int seteuid(uint user);

    [LibraryImport("libc")]
    private static partial int setreuid(uint real, uint effective);

    [LibraryImport("libc")]
    private static partial int setgid(uint group);

    [LibraryImport("libc")]
    private static partial int setgroups(nuint count, uint* groups);
}
