using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>
/// A listening socket with a file. The file is removed only while it is still this socket's: device and inode are kept, and the open
/// socket sees to it that no other file gets that inode.
/// </summary>
internal sealed class UnixListener : Socket
{
    private readonly string _name;
    private readonly string _path;
    private readonly ListenOptions _options;
    private FileIdentity _file;
    private bool _removed;

    internal UnixListener(string name, string path, ListenOptions options, (int Descriptor, FileIdentity File) bound)
        : base(new SafeSocketHandle(bound.Descriptor, ownsHandle: true))
    {
        _name = name;
        _path = path;
        _options = options;
        _file = bound.File;
    }

    internal string Name => _name;

    internal string Path => _path;

    /// <summary>The file, for a process that takes over.</summary>
    internal SocketFile AsSocketFile => new(_name, _file.Major, _file.Minor, _file.Inode);

    /// <summary>The socket outlives this process, and so does its file.</summary>
    internal bool IsKept { get; set; }

    /// <summary>The file is another process's from now on.</summary>
    internal void LeaveFile() => _removed = true;

    /// <summary>Why the file could not be removed; null: it could, or nothing has removed it yet.</summary>
    internal string? WhyLeft { get; private set; }

    /// <summary>Removes the file; connected clients are served all the same.</summary>
    internal void RemoveFile()
    {
        if (_removed || IsKept || SafeHandle.IsClosed)
        {
            return;
        }

        _removed = true;
        try
        {
            (string folderPath, string file) = OpenFolder.Split(_path);
            using var folder = OpenFolder.Open(folderPath);
            if (_file.IsSameFileAs(folder.Find(file)))
            {
                WhyLeft = folder.Unlink(file) ? null : Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            }
        }
        catch (PosixException e)
        {
            WhyLeft = e.Errno == Errno.EACCES ? e.Reason : null; // otherwise the folder is gone, and the file with it
        }
    }

    /// <summary>
    /// When the path no longer leads to this socket, binds it again under the same descriptor number. Processes started from now on inherit
    /// the new socket; older processes go on with the old one. Throws <see cref="ProcManagerException"/> when another program listens there.
    /// </summary>
    /// <returns>True when the socket was bound again.</returns>
    internal bool Renew()
    {
        if (_removed || SafeHandle.IsClosed || _file.IsSameFileAs(FileIdentity.OfPath(_path)))
        {
            return false;
        }

        (int descriptor, FileIdentity file) = UnixSockets.Open(_name, _path, _options);
        try
        {
            Descriptors.Replace((int)Handle, descriptor);
        }
        finally
        {
            Descriptors.Close(descriptor);
        }

        _file = file;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            RemoveFile();
        }

        base.Dispose(disposing);
    }
}
