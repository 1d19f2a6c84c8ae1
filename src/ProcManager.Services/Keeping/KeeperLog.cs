using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

namespace ProcManager.Services.Keeping;

/// <summary>Lines of the service keeper's log. The numbers are stable.</summary>
internal static partial class KeeperLog
{
    internal static void Keeping(ILogger log, int count, string folder) => Keeping(log, count, Words.Of(count, "service"), folder);

    [LoggerMessage(1100, LogLevel.Information, "keeping {Count} {Services}; the keeper's files are in {Folder}")]
    private static partial void Keeping(ILogger log, int count, string services, string folder);

    [LoggerMessage(1101, LogLevel.Information, "the keeper ends: foreground services are stopped, detached ones are left running")]
    internal static partial void Stopping(ILogger log);

    [LoggerMessage(1102, LogLevel.Information, "the keeper has ended")]
    internal static partial void Stopped(ILogger log);

    [LoggerMessage(1103, LogLevel.Information, "service {Service}: process {Pid} of an earlier keeper still runs and is kept on")]
    internal static partial void Adopted(ILogger log, string service, int pid);

    [LoggerMessage(1104, LogLevel.Information, "service {Service}: started (pid {Pid})")]
    internal static partial void Started(ILogger log, string service, int pid);

    [LoggerMessage(1144, LogLevel.Debug, "service {Service}: started again after a start that failed (pid {Pid})")]
    internal static partial void StartedAgain(ILogger log, string service, int pid);

    [LoggerMessage(1105, LogLevel.Information, "service {Service}: up")]
    internal static partial void Up(ILogger log, string service);

    [LoggerMessage(1106, LogLevel.Warning, "service {Service}: down: {Reason}")]
    internal static partial void Down(ILogger log, string service, string reason);

    [LoggerMessage(1107, LogLevel.Warning, "service {Service}: start failed: {Reason}")]
    internal static partial void StartFailed(ILogger log, string service, string reason);

    [LoggerMessage(1108, LogLevel.Warning, "service {Service}: flaps: {Reason}; until it has been up for a while, its downs are not told one by one")]
    internal static partial void Flapping(ILogger log, string service, string reason);

    [LoggerMessage(1109, LogLevel.Error, "service {Service}: given up: {Reason}. See why it fails, then resume or restart it")]
    internal static partial void GivenUp(ILogger log, string service, string reason);

    [LoggerMessage(1110, LogLevel.Information, "service {Service}: recovered: {Reason}")]
    internal static partial void Recovered(ILogger log, string service, string reason);

    [LoggerMessage(1111, LogLevel.Debug, "service {Service}: {State}: {Reason}")]
    internal static partial void Entered(ILogger log, string service, ServiceState state, string reason);

    [LoggerMessage(1112, LogLevel.Information, "service {Service}: paused by an operator; it is neither looked for nor started")]
    internal static partial void Paused(ILogger log, string service);

    [LoggerMessage(1113, LogLevel.Information, "service {Service}: resumed by an operator")]
    internal static partial void Resumed(ILogger log, string service);

    [LoggerMessage(1114, LogLevel.Information, "service {Service}: an operator restarts it")]
    internal static partial void RestartRequested(ILogger log, string service);

    [LoggerMessage(1115, LogLevel.Information, "the definitions were read again: {Added} added, {Changed} changed, {Gone} gone")]
    internal static partial void Reloaded(ILogger log, int added, int changed, int gone);

    [LoggerMessage(1116, LogLevel.Warning, "the definitions were not taken, the old ones stay: {Reason}")]
    internal static partial void NotReloaded(ILogger log, string reason);

    [LoggerMessage(1117, LogLevel.Warning, "service {Service}: is not in the definitions any more; it is left running and not looked for. While this keeper runs, a foreground service's output still goes to its log")]
    internal static partial void LeftRunning(ILogger log, string service);

    [LoggerMessage(1118, LogLevel.Information, "service {Service}: its start command has changed; that takes effect at the next start")]
    internal static partial void StartChanged(ILogger log, string service);

    [LoggerMessage(1119, LogLevel.Error, "a step of the keeper failed; the keeper goes on")]
    internal static partial void StepFailed(ILogger log, Exception exception);

    [LoggerMessage(1120, LogLevel.Warning, "service {Service}: its state cannot be written, so a later keeper may not know its process, and whether it is paused: {Reason}")]
    internal static partial void StateNotWritten(ILogger log, string service, string reason);

    [LoggerMessage(1121, LogLevel.Warning, "service {Service}: the state that an earlier keeper has left is not used: {Reason}")]
    internal static partial void StateNotRead(ILogger log, string service, string reason);

    [LoggerMessage(1122, LogLevel.Warning, "service {Service}: its log takes no lines, they are dropped and counted: {Reason}")]
    internal static partial void LogFails(ILogger log, string service, string reason);

    [LoggerMessage(1123, LogLevel.Warning, "service {Service}: no snapshot was taken: {Reason}")]
    internal static partial void NoSnapshot(ILogger log, string service, string reason);

    [LoggerMessage(1125, LogLevel.Warning, "there is no control socket, so `procman keep status` and the like do not work: {Reason}")]
    internal static partial void NoControl(ILogger log, string reason);

    [LoggerMessage(1126, LogLevel.Warning, "the control socket failed for a client; others are served")]
    internal static partial void ControlFailed(ILogger log, Exception exception);

    [LoggerMessage(1129, LogLevel.Warning, "service {Service}: is not {What}: it runs, and the keeper cannot stop it: it has no stop command, and its checks name no process. Give it a stop command, or a check by pid file or executable")]
    internal static partial void Refused(ILogger log, string service, string what);

    [LoggerMessage(1133, LogLevel.Information, "service {Service}: an operator stops it, and it is paused")]
    internal static partial void Halted(ILogger log, string service);

    [LoggerMessage(1140, LogLevel.Information, "service {Service}: stopped, and paused until it is resumed or restarted")]
    internal static partial void HaltDone(ILogger log, string service);

    [LoggerMessage(1141, LogLevel.Warning, "service {Service}: is not {What}: its stop command has ended, and it runs all the same. What it has written says more")]
    internal static partial void NotStopped(ILogger log, string service, string what);

    [LoggerMessage(1143, LogLevel.Critical, "the keeper has failed, and ends; its services run on, and the next keeper finds them")]
    internal static partial void Failed(ILogger log, Exception exception);

    [LoggerMessage(1142, LogLevel.Information, "service {Service}: is not in the definitions any more; it does not run, and is not started any more")]
    internal static partial void LeftDown(ILogger log, string service);

    [LoggerMessage(1130, LogLevel.Warning, "service {Service}: '{Path}', with what its start command has written, is larger than the log's maxSize and cannot be emptied: {Reason}")]
    internal static partial void NotTruncated(ILogger log, string service, string path, string reason);

    internal static void Slept(ILogger log, TimeSpan gap) => Slept(log, Words.Time(gap));

    [LoggerMessage(1128, LogLevel.Warning, "the keeper itself did not run for {Gap}; services that start or stop get that time in addition")]
    private static partial void Slept(ILogger log, string gap);

    [LoggerMessage(1127, LogLevel.Warning, "service {Service}: the stop command {How}")]
    internal static partial void StopCommandFailed(ILogger log, string service, string how);

    [LoggerMessage(1131, LogLevel.Warning, "service {Service}: what its start command writes is lost: '{File}' cannot be opened: {Reason}")]
    internal static partial void NoStartOutput(ILogger log, string service, string file, string reason);

    [LoggerMessage(1132, LogLevel.Warning, "service {Service}: {Count} processes of its program in the process group of pid {Leader}, which is gone, get {Signal} before the start")]
    internal static partial void LeftoversEnded(ILogger log, string service, int count, int leader, string signal);

    [LoggerMessage(1135, LogLevel.Warning, "what the services do cannot be written, so `procman keep status` does not know it while no keeper runs: {Reason}")]
    internal static partial void StatusNotWritten(ILogger log, string reason);

    [LoggerMessage(1134, LogLevel.Warning, "{Option} has changed; that takes effect when the keeper is started anew")]
    internal static partial void TakesAStart(ILogger log, string option);

    internal static void Tell(ILogger log, string service, ServiceChange change, string reason)
    {
        Action<ILogger, string, string> line = change switch
        {
            ServiceChange.Down => Down,
            ServiceChange.StartFailed => StartFailed,
            ServiceChange.Flapping => Flapping,
            ServiceChange.GivenUp => GivenUp,
            _ => Recovered,
        };
        line(log, service, reason);
    }
}
