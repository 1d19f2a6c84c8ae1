using Microsoft.Extensions.Options;
using ProcManager.Settings;

namespace ProcManager;

/// <content>The options of the log file and of the workers' output.</content>
public sealed partial class ProcessManagerOptionsValidator
{
    private const long MinLogSize = 4096;
    private const long MaxLogSize = 1L << 40;
    private const int MaxLogFiles = 1000;

    private static void ValidateOutput(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        NotEmpty(result, options.LogFile);
        Number(result, options.LogFileKeep, 1, MaxLogFiles);
        if (options.LogFileMaxSize is not 0 and (< MinLogSize or > MaxLogSize))
        {
            Fail(result, nameof(options.LogFileMaxSize), options.LogFileMaxSize, "4KiB to 1TiB, or off (0)");
        }

        Defined(result, options.LogFormat, options.LogFormat is >= LogFormat.Auto and <= LogFormat.Journal);

        if (options.Umask is { } mask && ((int)mask & ~0x1ff) != 0)
        {
            Fail(result, nameof(options.Umask), ModeText.Of(mask), "0000 to 0777, or null for the one with which the program was started");
        }
    }
}
