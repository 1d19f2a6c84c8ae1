namespace ProcManager.Supervision;

/// <summary>Options that have changed in the configuration. Limits and times apply from the next decision on, also to workers that serve.</summary>
internal static class Configuring
{
    internal static void Change(Turn turn, PoolPolicy? policy)
    {
        if (policy is null || turn.State.IsStopping)
        {
            return;
        }

        PoolPolicy before = turn.Policy;
        turn.State = turn.State with { Policy = policy };

        // A number that a signal or a call has changed stays until the configuration's own number changes.
        if (policy.Demand.Most != before.Demand.Most || policy.Demand.Sizing != before.Demand.Sizing)
        {
            Sizing.Change(turn, policy.Demand.Most);
        }
    }
}
