namespace ProcManager.Posix;

/// <summary>This process as another program, execve(2).</summary>
internal static unsafe class Programs
{
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
