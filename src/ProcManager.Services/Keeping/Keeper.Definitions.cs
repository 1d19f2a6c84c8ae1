using ProcManager.Posix;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <content>Services come and go with the definitions.</content>
internal sealed partial class Keeper
{
    /// <summary>Looks at services of a longer interval are put together at multiples of this time: the loop wakes once for all of them.</summary>
    private static readonly TimeSpan Grid = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan OutputCheckInterval = TimeSpan.FromMinutes(1);

    private TimeSpan _outputsCheckedAt;

    /// <summary>Begins to keep these services; those that are kept already go on with the new definition.</summary>
    internal ReloadAnswer Take(ServiceKeeperOptions options)
    {
        var notes = new List<string>();
        var adoption = new Adoption(_room.Folder, _room.Boot);
        var names = options.Services.Select(static s => s.Name).ToHashSet(StringComparer.Ordinal);
        KeptService[] gone = [.. _services.Values.Where(s => !names.Contains(s.Name))];
        notes.AddRange(gone.Select(static s => $"{s.Name} is not in the definitions any more; {(s.Runs ? "it is left running and not looked for" : "it does not run, and is not started any more")}"));
        Array.ForEach(gone, Leave);
        var added = new List<(KeptService Service, ServiceEvent.Begun Begun)>();
        int changed = 0;
        for (int i = 0; i < options.Services.Count; i++)
        {
            ServiceDefinition definition = options.Services[i];
            if (_services.TryGetValue(definition.Name, out KeptService? kept))
            {
                changed += Change(kept, definition, options, notes) ? 1 : 0;
            }
            else
            {
                added.Add(Add(definition, adoption, Offset(definition.Interval, i, options.Services.Count), options));
            }
        }

        _publishedLeft = [.. _left.Values];
        _published = [.. options.Services.Select(s => _services[s.Name])];
        foreach ((KeptService service, ServiceEvent.Begun begun) in added)
        {
            service.Condition = service.Condition with { WaitsFor = Dependencies.WaitsFor(service.Definition, Find) };
            _events.Enqueue((service, begun));
        }

        _upsChanged = true;
        Handle();
        return new ReloadAnswer(added.Count, changed, gone.Length, notes);
    }

    private (KeptService, ServiceEvent.Begun) Add(ServiceDefinition definition, Adoption adoption, TimeSpan offset, ServiceKeeperOptions options)
    {
        if (_left.Remove(definition.Name, out KeptService? service))
        {
            service.IsLeft = false;
            service.Definition = definition;
            service.Condition = new ServiceCondition { Run = service.Condition.Run, LookNumber = service.Condition.LookNumber, SnapshotNumber = service.Condition.SnapshotNumber }; // what comes late is not taken for news
        }
        else
        {
            service = new KeptService(definition);
            KeptService added = service;
            StateKeeping.Restore(_room, service, adoption, end => _hands.Ended(added, Orders.FirstRun, end));
        }

        Equip(service, options);
        if (service.Child is not null && service.IsForeground)
        {
            ReadOn(service);
        }

        _services.Add(service.Name, service);
        StoredState? stored = service.Stored is { IsPaused: true } paused ? paused : null;
        return (service, new ServiceEvent.Begun(service.Child?.Process, stored is not null, offset, _isOnce) { IsHalted = stored is { Halt: not StoredHalt.None }, Halts = stored is { Halt: StoredHalt.Begun }, LastProcess = StateKeeping.LastProcess(_room, service), LeftoversAsked = service.Stored is { LeftoversAsked: true } });
    }

    /// <summary>A process of an earlier keeper is kept also when its output cannot be read.</summary>
    private void ReadOn(KeptService service)
    {
        try
        {
            _hands.OpenPipe(service);
        }
        catch (PosixException e)
        {
            KeeperLog.LogFails(_room.Log, service.Name, e.Message);
        }
    }

    private bool Change(KeptService service, ServiceDefinition definition, ServiceKeeperOptions options, List<string> notes)
    {
        bool isOther = DefinitionText.Of(definition) != DefinitionText.Of(service.Definition);
        bool startsOtherwise = DefinitionText.Of(definition.Start) != DefinitionText.Of(service.Definition.Start);
        service.Definition = definition;
        Equip(service, options);
        if (!isOther)
        {
            return false;
        }

        if (service.Pipe >= 0)
        {
            _room.Output.Post(service.Pipe, log => log.Options = definition.Log);
        }

        if (startsOtherwise && service.IsForeground && service.Child is not null)
        {
            KeeperLog.StartChanged(_room.Log, service.Name);
            notes.Add($"the start command of {service.Name} has changed; that takes effect at the next start");
        }

        _events.Enqueue((service, new ServiceEvent.DefinitionChanged()));
        return true;
    }

    private void Equip(KeptService service, ServiceKeeperOptions options)
    {
        service.Condition = service.Condition with { SnapshotTimeout = options.Snapshots.Timeout };
        service.Probes = [.. service.Definition.Checks.Select(_room.Parts.Probe)];
        service.Notifiers = [.. _room.Parts.Notifiers(service.Definition.Notify ?? options.Notify), .. _room.Parts.HostNotifiers];
    }

    /// <summary>A service that the definitions do not have any more. Its process stays watched, so that it is reaped, and its output is read on. A start that hangs is waited for no longer.</summary>
    private void Leave(KeptService service)
    {
        service.IsLeft = true;
        _ = _services.Remove(service.Name);
        _left.Add(service.Name, service);
        service.Start?.Abandon();
        if (service.Runs)
        {
            KeeperLog.LeftRunning(_room.Log, service.Name);
        }
        else
        {
            KeeperLog.LeftDown(_room.Log, service.Name);
        }
    }

    private static TimeSpan Offset(TimeSpan interval, int index, int count)
    {
        TimeSpan offset = interval * ((double)index / count);
        return interval >= Grid * 4 ? Grid * Math.Floor(offset / Grid) : offset;
    }

    /// <summary>A detached service may have inherited the file with its start's output, and write there for ever.</summary>
    private void TruncateStartOutputs(TimeSpan now)
    {
        if (now - _outputsCheckedAt < OutputCheckInterval)
        {
            return;
        }

        _outputsCheckedAt = now;
        foreach (KeptService service in _published.Concat(_left.Values))
        {
            string path = _room.Folder.StartOutput(service.Name);
            if (!service.IsForeground && FileIdentity.OfPath(path) is { IsRegular: true } file && file.Size > service.Definition.Log.MaxSize)
            {
                Truncate(service, path);
            }
        }
    }

    private void Truncate(KeptService service, string path)
    {
        try
        {
            using var open = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            open.SetLength(0); // the writer appends, so it goes on at the file's new end
            service.TruncatingFails = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!service.TruncatingFails)
            {
                service.TruncatingFails = true;
                KeeperLog.NotTruncated(_room.Log, service.Name, path, e.Message);
            }
        }
    }
}
