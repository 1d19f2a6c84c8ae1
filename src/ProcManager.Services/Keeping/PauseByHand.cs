using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>Pauses and resumes a service while no keeper runs, as between the rounds of cron: under the keeper's lock, so that no keeper reads or writes the state meanwhile.</summary>
internal static class PauseByHand
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    /// <summary>False: it is so already.</summary>
    /// <param name="path">The keeper's folder.</param>
    /// <param name="service">The service.</param>
    /// <param name="kind">What it is, where no keeper has written that yet.</param>
    /// <param name="isPaused">What it is to be.</param>
    /// <param name="patience">How long a round that is under way is waited for.</param>
    /// <exception cref="ProcManagerException">A keeper has the folder, or it cannot be written.</exception>
    internal static bool Set(string path, string service, ServiceKind kind, bool isPaused, TimeSpan patience)
    {
        var folder = KeeperFolder.Prepare(path);
        using KeeperLock held = Take(folder, patience);
        StoredState state = StoredState.Read(folder.State(service)) ?? new StoredState { Kind = kind, Boot = ProcFs.BootId() };
        if (state.IsPaused == isPaused)
        {
            return false;
        }

        try
        {
            (state with { IsPaused = isPaused }).Write(folder.State(service), survivesPowerLoss: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProcManagerException($"The service '{service}' is not {(isPaused ? "paused" : "resumed")}: that cannot be stored: {e.Message} Make '{folder.State(service)}' writable, and try again.", e);
        }
    }

    private static KeeperLock Take(KeeperFolder folder, TimeSpan patience)
    {
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            try
            {
                return KeeperLock.Take(folder);
            }
            catch (ProcManagerException e) when (e.MayPass && Environment.TickCount64 < end)
            {
                Thread.Sleep(Again);
            }
        }
    }
}
