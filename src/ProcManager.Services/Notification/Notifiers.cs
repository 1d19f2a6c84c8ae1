namespace ProcManager.Services.Notification;

/// <summary>Makes the notifiers that a definition asks for.</summary>
internal static class Notifiers
{
    internal static IEnumerable<IServiceNotifier> Of(ServiceNotifyOptions options)
    {
        if (options.Command is { } command)
        {
            yield return new CommandNotifier(command);
        }

        if (options.Mail is { Length: > 0 } address)
        {
            yield return new MailNotifier(address, Environment.MachineName);
        }
    }
}
