using System.Globalization;

namespace ProcManager.Posix;

/// <summary>Descriptors that this process was started with, such as the lock of <c>flock 9</c> in a shell: without close-on-exec each program that it starts would have them for its whole life.</summary>
internal static class InheritedDescriptors
{
    private const int First = 3;

    /// <summary>Sets close-on-exec on all but the standard descriptors. Where there is no /proc nothing is done.</summary>
    internal static void KeepFromChildren()
    {
        if (!Directory.Exists("/proc/self/fd"))
        {
            return;
        }

        foreach (string file in Directory.GetFiles("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out int fd) && fd >= First && Descriptors.IsOpen(fd)) // that of the folder is closed by now
            {
                Descriptors.SetCloseOnExec(fd);
            }
        }
    }
}
