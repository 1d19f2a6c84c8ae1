namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Programs of a test's own.</summary>
internal static class Programs
{
    /// <summary>TestWorker in a folder where the test may change it.</summary>
    internal static string CopyTestWorker(TempFolder folder)
    {
        string home = Directory.CreateDirectory(folder.File("program")).FullName;
        foreach (string file in Directory.GetFiles(Places.TestWorkerFolder))
        {
            File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
        }

        return Path.Combine(home, Path.GetFileName(Places.TestWorker));
    }
}
