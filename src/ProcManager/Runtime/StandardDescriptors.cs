using System.Collections;
using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// A program that was started with standard input, output or error closed (FastCGI specification 2.2 has 1 and 2 closed). The runtime then has files
/// of its own under these numbers, and a message written to "standard error" would damage them. The way out: this program
/// is started again in place, the same pid, with /dev/null where something was missing.
/// </summary>
internal static class StandardDescriptors
{
    private const string Variable = "PROCMANAGER_STANDARD_DESCRIPTORS";

    internal static void Mend(SelfCommand self)
    {
        bool done = Environment.GetEnvironmentVariable(Variable) is not null;
        Environment.SetEnvironmentVariable(Variable, null);
        int[] missing = [.. Enumerable.Range(0, 3).Where(Descriptors.IsOfThisProcess)];
        if (missing.Length == 0 || done)
        {
            return;
        }

        var environment = new List<string> { $"{Variable}=mended" };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add(string.Create(CultureInfo.InvariantCulture, $"{variable.Key}={variable.Value}"));
        }

        // The new program image has our pid and start time: our runtime's files stand in its way, and would be left in the temp folder at its end.
        DiagnosticsLitter.Remove(Environment.ProcessId, DiagnosticsLitter.StartTime(Environment.ProcessId));
        Programs.Replace(self.Path, self.Arguments, environment, missing);
    }
}
