namespace ProcManager.Posix;

/// <summary>Programs, and this process as another one, execve(2).</summary>
internal static unsafe class Programs
{
    /// <summary>The real user of this thread may execute the file.</summary>
    internal static bool MayRun(string path) => LibC.access(path, Constants.X_OK) == 0;

    /// <summary>The real user of this thread may list and enter the folder.</summary>
    internal static bool MayRead(string folder) => LibC.access(folder, Constants.R_OK | Constants.X_OK) == 0;

    /// <summary>Does not come back. All is made ready first: from the moment these descriptors are /dev/null, the runtime may miss files of its own.</summary>
    internal static void Replace(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<int> nullDescriptors)
    {
        using var argv = new NativeStrings(arguments);
        using var envp = new NativeStrings(environment);
        foreach (int fd in nullDescriptors)
        {
            Descriptors.OpenNullAt(fd);
        }

        _ = LibC.execve(path, argv.Pointers, envp.Pointers);
        throw new PosixException($"execve({path})", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }
}
