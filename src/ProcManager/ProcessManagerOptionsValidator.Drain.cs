using Microsoft.Extensions.Options;

namespace ProcManager;

/// <content>The option of the time before a stop.</content>
public sealed partial class ProcessManagerOptionsValidator
{
    private static void ValidateDrain(ValidateOptionsResultBuilder result, ProcessManagerOptions options) => Time(result, options.DrainDelay, TimeSpan.Zero, Limits.Hour);
}
