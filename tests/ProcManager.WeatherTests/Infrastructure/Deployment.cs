using System.Diagnostics;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>Releases of the test worker, each with a file that says which one it is; a worker answers /version with it.</summary>
internal sealed class Deployment(TempFolder folder)
{
    internal string Current => folder.File("current");

    internal string Program => Path.Combine(Current, "ProcManager.TestWorker");

    /// <summary>A folder with a release; <paramref name="otherLibrary"/>: built with another version of the library.</summary>
    internal string Release(string version, bool otherLibrary)
    {
        string home = Directory.CreateDirectory(folder.File($"release-{version}")).FullName;
        foreach (string file in Directory.GetFiles(otherLibrary ? Releases.OtherTestWorker : Places.TestWorkerFolder))
        {
            File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(home, "version.txt"), version);
        return home;
    }

    /// <summary>ln -sfn: the link names the release from one moment to the next.</summary>
    internal void LinkTo(string release)
    {
        File.CreateSymbolicLink(Current + ".new", release);
        using Process rename = Process.Start("mv", ["-T", Current + ".new", Current]); // File.Move looks behind the link
        rename.WaitForExit();
        rename.ExitCode.Should().Be(0);
    }

    /// <summary>cp: each file keeps its inode and is written over. A program that runs is busy and is left out, as by cp -f it would be replaced.</summary>
    internal void CopyOver(string release)
    {
        foreach (string file in Directory.GetFiles(release))
        {
            string to = Path.Combine(Current, Path.GetFileName(file));
            try
            {
                using FileStream from = File.OpenRead(file);
                using var over = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
                from.CopyTo(over);
            }
            catch (IOException) when (Path.GetExtension(file).Length == 0 || file.EndsWith("TestWorker", StringComparison.Ordinal))
            {
                File.Delete(to); // text file busy: cp -f
                File.Copy(file, to);
            }
        }
    }

    /// <summary>Each file under a temporary name first, then renamed over the old one, as rsync and package managers do.</summary>
    internal void RenameOver(string release)
    {
        foreach (string file in Directory.GetFiles(release))
        {
            string to = Path.Combine(Current, Path.GetFileName(file));
            File.Copy(file, to + ".new");
            File.Move(to + ".new", to, overwrite: true);
        }
    }
}
