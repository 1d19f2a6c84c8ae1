namespace ProcManager.Runtime;

/// <summary>What the hands need to look at workers and at other children.</summary>
internal sealed record WatchTools(Looker Looker, Captures Captures, OperatorCaptures OperatorCaptures, SideProcesses Side, ProcessManagerOptions Options);
