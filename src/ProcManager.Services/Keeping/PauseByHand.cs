using System.Globalization;
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
        ThrowIfOfAnotherUser(path, service, isPaused);
        var folder = KeeperFolder.Prepare(path);
        using KeeperLock held = Take(folder, patience);
        StoredState state = Read(folder.State(service), out bool isBroken) ?? new StoredState { Kind = kind, Boot = ProcFs.BootId() };
        if (state.IsPaused == isPaused && !isBroken)
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

    /// <summary>The name of a user; a number where there is none.</summary>
    internal static string NameOf(uint user)
    {
        try
        {
            return AccountDatabase.UserName(user) ?? string.Create(CultureInfo.InvariantCulture, $"user {user}");
        }
        catch (PosixException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"user {user}"); // the database does not answer
        }
    }

    // What root writes here could not be replaced by the keeper's user.
    private static void ThrowIfOfAnotherUser(string path, string service, bool isPaused)
    {
        if (FileIdentity.OfTarget(path) is { IsFolder: true } folder && folder.Owner != Accounts.EffectiveUser)
        {
            string user = NameOf(folder.Owner);
            throw new ProcManagerException($"The service '{service}' is not {(isPaused ? "paused" : "resumed")}: the folder '{path}' belongs to {user}, and no keeper runs. Run the command as that user: runuser -u {user} -- procman keep {(isPaused ? "pause" : "resume")} {service} --folder {path}");
        }
    }

    // Null: there is none, or one that a power loss or a full disk has left broken; the new one takes its place.
    private static StoredState? Read(string path, out bool isBroken)
    {
        isBroken = false;
        try
        {
            return StoredState.Read(path);
        }
        catch (ProcManagerException)
        {
            isBroken = true;
            return null;
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
