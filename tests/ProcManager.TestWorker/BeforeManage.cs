using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>What a program does in the manager between the constructor and Manage, and with a Manage that throws.</summary>
internal static class BeforeManage
{
    internal static void Do(IConfiguration configuration)
    {
        if (configuration["before-process"] == "yes")
        {
            using Process child = Process.Start("/bin/sh", ["-c", "exit 3"]);
            child.WaitForExit();
            Console.WriteLine($"before manage a child ended with {child.ExitCode}");
        }

        if (configuration["before-wait"] is { } file)
        {
            Console.WriteLine("before manage");
            while (!File.Exists(file))
            {
                Thread.Sleep(5);
            }
        }

        if (configuration["remove-self"] == "yes")
        {
            File.Delete(Environment.ProcessPath!);
        }
    }

    /// <summary>Managing is refused three times, then nothing stands in its way.</summary>
    internal static void Retry(ProcessManager manager, IConfiguration configuration)
    {
        for (int i = 0; i < 3 && manager.Role == ProcessRole.Manager; i++)
        {
            try
            {
                manager.Manage();
            }
            catch (ProcManagerException e)
            {
                Console.WriteLine($"refused with {Directory.GetFiles("/proc/self/fd").Length} descriptors: {e.Message}");
            }
        }

        Do(configuration);
        manager.Options.PidFile = null;
    }
}
