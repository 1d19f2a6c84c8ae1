using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>A listening socket that was open when this program was started: a web server or spawn-fcgi left it as standard input.</summary>
internal static class PassedOn
{
    internal static Socket Take(string name, int descriptor)
    {
        if (!Descriptors.IsOpen(descriptor) || !Descriptors.IsListening(descriptor) || !Descriptors.IsStreamSocket(descriptor))
        {
            throw new ProcManagerException(
                $"Listener '{name}': descriptor {descriptor} is not a listening socket. Have the program started by what opens one there (a web server, spawn-fcgi), or give an address to listen on.");
        }

        if (descriptor == 0)
        {
            // Standard input must stay open, or the next file opened would become it.
            descriptor = Descriptors.Duplicate(0, atLeast: 3);
            Descriptors.OpenNullAt(0);
        }

        Descriptors.SetCloseOnExec(descriptor);
        Socket socket = Binder.Adopt(descriptor);
        Descriptors.SetNonBlocking(descriptor);
        return socket;
    }
}
