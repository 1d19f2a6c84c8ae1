namespace ProcManager.Diagnostics;

/// <summary>What one thread was doing.</summary>
/// <param name="ThreadId">Its number in the system, as in <c>ps -L</c>.</param>
/// <param name="Name">Its name there, at most 15 characters.</param>
/// <param name="IsRunning">It was in managed code, on the processor or waiting for it; otherwise it waited or was in native code.</param>
/// <param name="Frames">The innermost first.</param>
internal sealed record ThreadStack(int ThreadId, string Name, bool IsRunning, IReadOnlyList<StackFrame> Frames);

/// <param name="Method">As <see cref="MethodName"/> writes it.</param>
/// <param name="Module">The assembly, without extension; empty when it is not known.</param>
internal readonly record struct StackFrame(string Method, string Module);
