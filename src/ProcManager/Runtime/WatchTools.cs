namespace ProcManager.Runtime;

/// <summary>What the hands need to look at workers and at other children, and to try a new program.</summary>
internal sealed record WatchTools(Looker Looker, Captures Captures, OperatorCaptures OperatorCaptures, SideProcesses Side, NewProgram NewProgram, ProcessManagerOptions Options);
