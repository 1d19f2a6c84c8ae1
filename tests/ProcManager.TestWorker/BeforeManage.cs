using System.Diagnostics;
using System.Runtime.InteropServices;
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

/// <summary>Tells when a signal has been through all handlers: one is registered before the manager's, one after, whatever the order in which they run.</summary>
internal static class SignalsHeard
{
    private static readonly List<PosixSignalRegistration> Registrations = [];
    private static readonly Dictionary<int, int> Counts = [];

    internal static void Register(IConfiguration configuration)
    {
        if (configuration["before-hear"] is not { } numbers)
        {
            return;
        }

        foreach (int number in numbers.Split(',').Select(int.Parse))
        {
            Registrations.Add(PosixSignalRegistration.Create((PosixSignal)number, _ => Hear(number)));
        }
    }

    private static void Hear(int number)
    {
        lock (Counts)
        {
            Counts[number] = Counts.GetValueOrDefault(number) + 1;
            if (Counts[number] == 2)
            {
                Console.WriteLine($"heard {number}");
            }
        }
    }
}
