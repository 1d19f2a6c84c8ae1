using ProcManager.Settings;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of <see cref="ServiceDefinition.DependsOn"/>: known names, and no circle, in which no service could be the first to start.</summary>
internal static class DependencyRules
{
    private const string Field = "dependsOn";

    internal static void Check(Findings findings, IList<ServiceDefinition> services)
    {
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int at = 0; at < services.Count; at++)
        {
            byName.TryAdd(services[at].Name, at);
        }

        for (int at = 0; at < services.Count; at++)
        {
            CheckNames(findings, services, at, byName);
        }

        CheckCircles(findings, services, byName);
    }

    private static void CheckNames(Findings findings, IList<ServiceDefinition> services, int at, Dictionary<string, int> byName)
    {
        IList<string> names = services[at].DependsOn;
        for (int index = 0; index < names.Count; index++)
        {
            if (!byName.ContainsKey(names[index] ?? ""))
            {
                string? nearest = KnownNames.Nearest(names[index] ?? "", byName.Keys);
                string allowed = nearest is null ? "a service of this keeper" : $"a service of this keeper; did you mean {Entry.Quote(nearest)}?";
                findings.Refuse(KeeperRules.SubjectOf(services, at), Of(index), names[index] ?? "", "is no service", allowed);
            }
        }
    }

    // Depth first with a stack of its own: a chain may be long. Each circle is told once, at the service that closes it.
    private static void CheckCircles(Findings findings, IList<ServiceDefinition> services, Dictionary<string, int> byName)
    {
        bool[] done = new bool[services.Count];
        int[] placeOnWay = new int[services.Count];
        Array.Fill(placeOnWay, -1);
        var way = new List<(int Service, int Next)>();
        for (int first = 0; first < services.Count; first++)
        {
            Enter(first);
            while (way.Count > 0)
            {
                (int service, int next) = way[^1];
                if (next == services[service].DependsOn.Count)
                {
                    way.RemoveAt(way.Count - 1);
                    placeOnWay[service] = -1;
                    done[service] = true;
                    continue;
                }

                way[^1] = (service, next + 1);
                if (!byName.TryGetValue(services[service].DependsOn[next] ?? "", out int needed))
                {
                    continue;
                }

                if (placeOnWay[needed] >= 0)
                {
                    string circle = string.Join(" -> ", way[placeOnWay[needed]..].Select(w => services[w.Service].Name).Append(services[needed].Name));
                    findings.Refuse(KeeperRules.SubjectOf(services, service), Of(next), services[needed].Name, $"closes a circle ({circle}), in which no service can start first", "services that do not need this one");
                }

                Enter(needed);
            }
        }

        void Enter(int service)
        {
            if (!done[service] && placeOnWay[service] < 0)
            {
                placeOnWay[service] = way.Count;
                way.Add((service, 0));
            }
        }
    }

    private static Field Of(int index) => new(Field, nameof(ServiceDefinition.DependsOn)) { Key = index };
}
