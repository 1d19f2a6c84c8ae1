namespace ProcManager.Services.Commands;

/// <summary>A command that is run again and again. A start that hangs holds a thread, so there is never more than one.</summary>
internal sealed class CommandTurn
{
    /// <summary>The last start.</summary>
    internal Task? Start { get; set; }
}
