using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>An event with something to tell before and after whatever the event itself gives to tell. What lies between the two is the outcome of this very event.</summary>
internal sealed record Framed(ManagerEvent Happened, Action Before, Action After) : ManagerEvent;
