using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// Over which the manager hands a worker the connections of one listener. The manager keeps a copy of the worker's end until the worker has ended: a connection that the worker has not read is taken back from there.
/// </summary>
internal sealed record WorkerChannel(string Listener, int Ours, int Theirs)
{
    /// <summary>Stands in a listener's place where the program has opened none.</summary>
    internal const string WithoutListener = "dispatch";

    internal static WorkerChannel Open(string listener)
    {
        (int ours, int theirs) = ConnectionChannel.Open();
        return new WorkerChannel(listener, ours, theirs);
    }

    /// <summary>When the worker has ended: the connections that it has not read. False: this process may open no descriptor for the next one.</summary>
    internal bool TryTakeBack(List<HandedConnection> into)
    {
        while (true)
        {
            switch (ConnectionChannel.TryTake(Theirs, out int connection, out byte[] data))
            {
                case ChannelNews.Connection:
                    into.Add(new HandedConnection(connection, Listener) { Data = data });
                    break;
                case ChannelNews.NoRoom:
                    return false;
                default:
                    return true;
            }
        }
    }

    internal void Close()
    {
        CloseOurs();
        CloseTheirs();
    }

    internal void CloseOurs() => Descriptors.Close(Ours);

    internal void CloseTheirs() => Descriptors.Close(Theirs);
}
