namespace ProcManager.Services.Definitions;

/// <summary>The JSON schema of <c>services.json</c>. The package has it as a file, too.</summary>
internal static class DefinitionSchema
{
    internal const string FileName = "services.schema.json";

    internal static string Text
    {
        get
        {
            using Stream stream = typeof(DefinitionSchema).Assembly.GetManifestResourceStream(FileName)!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
