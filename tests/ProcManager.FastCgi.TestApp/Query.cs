using System.Globalization;

namespace ProcManager.FastCgi.TestApp;

/// <summary>The query string, and the file by which a request tells the test how far it is.</summary>
internal sealed class Query(FastCgiRequest request)
{
    private readonly Dictionary<string, string> _values = request.QueryString
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static p => p.Split('=', 2))
        .ToDictionary(static p => p[0], static p => Uri.UnescapeDataString(p[^1]));

    internal string File => _values["file"];

    internal int Number(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);

    /// <summary>Makes FILE.what, whole at once.</summary>
    internal void Note(string what, string text = "")
    {
        if (_values.TryGetValue("file", out string? file))
        {
            System.IO.File.WriteAllText($"{file}.{what}.new", text);
            System.IO.File.Move($"{file}.{what}.new", $"{file}.{what}", overwrite: true);
        }
    }
}
