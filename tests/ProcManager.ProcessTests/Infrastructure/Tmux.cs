using System.Diagnostics;
using System.Globalization;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A shell in a real terminal, by a tmux server of its own.</summary>
internal sealed class Tmux : IDisposable
{
    private readonly string _socket = $"procmanager-test-{Guid.NewGuid():N}";
    private readonly string _folder;

    internal Tmux(TempFolder folder, int columns, int rows, Dictionary<string, string> environment)
    {
        _folder = folder.Path;
        Run(environment, "new-session", "-d", "-x", Text(columns), "-y", Text(rows), "env PS1='$ ' sh");
    }

    internal string Screen => Run("capture-pane", "-p", "-J");

    /// <summary>The screen with its colours, as SGR sequences.</summary>
    internal string Colours => Run("capture-pane", "-p", "-e");

    internal void Type(string line) => Run("send-keys", line, "Enter");

    internal void Key(string key) => Run("send-keys", key);

    internal void Resize(int columns, int rows) => Run("resize-window", "-x", Text(columns), "-y", Text(rows));

    /// <summary>What tmux knows of the pane, such as <c>#{alternate_on}</c>.</summary>
    internal string Tell(string format) => Run("display-message", "-p", format).Trim();

    /// <summary>The program in the foreground of the shell.</summary>
    internal int Foreground => Native.Children(int.Parse(Tell("#{pane_pid}"), CultureInfo.InvariantCulture)).Single();

    internal Task<string> Shows(string text) => Shows(s => s.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Waits until the screen is as it should be, and gives it back.</summary>
    internal async Task<string> Shows(Func<string, bool> isRight, string what, int seconds = 30)
    {
        long end = Environment.TickCount64 + (seconds * 1000L);
        string screen;
        while (!isRight(screen = Screen))
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Not within {seconds} s: the screen shows {what}. It shows:\n{screen}");
            }

            await Task.Delay(30);
        }

        return screen;
    }

    public void Dispose() => Run("kill-server");

    private string Run(params string[] arguments) => Run([], arguments);

    private string Run(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMUX_TMPDIR"] = _folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("TMUX");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process tmux = Process.Start(start)!;
        string said = tmux.StandardOutput.ReadToEnd();
        string error = tmux.StandardError.ReadToEnd();
        tmux.WaitForExit();
        return tmux.ExitCode == 0 ? said : throw new InvalidOperationException($"tmux {string.Join(' ', arguments)}: {error}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
