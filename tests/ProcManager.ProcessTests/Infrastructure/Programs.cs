namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Programs of a test's own.</summary>
internal static class Programs
{
    /// <summary>What it takes to build the library and the samples elsewhere, without what a build left and without the lock files.</summary>
    internal static void CopySources(string to)
    {
        string root = Places.RepositoryRoot;
        IEnumerable<string> files = new[] { "src", "samples" }
            .SelectMany(f => Directory.GetFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(root))
            .Where(static f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal) && !f.EndsWith("packages.lock.json", StringComparison.Ordinal));
        foreach (string file in files)
        {
            string copy = Path.Combine(to, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

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
