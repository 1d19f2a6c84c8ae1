using System.Reflection;
using System.Text;

namespace ProcManager.Tests.Architecture;

/// <summary>What users of an assembly see, as a list. Used by the tests of every package.</summary>
internal static class PublicSurface
{
    private const BindingFlags Seen = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Compares with the list in the source; PROCMANAGER_ACCEPT_API=1 writes it.</summary>
    internal static void ShouldBeListed(Assembly assembly, string project)
    {
        string listed = Path.Combine(Root(AppContext.BaseDirectory), "tests", project, "Architecture", "PublicApi.txt");
        string now = Of(assembly);
        if (Environment.GetEnvironmentVariable("PROCMANAGER_ACCEPT_API") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(listed)!);
            File.WriteAllText(listed, now);
        }

        now.Split('\n').Should().Equal(File.ReadAllText(listed).Split('\n'), "PROCMANAGER_ACCEPT_API=1 accepts a change");
    }

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "ProcManager.sln")) ? folder : Root(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!);

    internal static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            foreach (string member in type.GetMembers(Seen).Where(IsSeen).Select(Describe).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsSeen(MemberInfo member) => member switch
    {
        MethodBase { IsSpecialName: true } method => method is ConstructorInfo && IsOpen(method),
        MethodBase method => IsOpen(method) && !method.Name.Contains('<', StringComparison.Ordinal),
        FieldInfo field => field.IsPublic && field.Name != "value__",
        PropertyInfo property => property.GetMethod is { } get && IsOpen(get),
        EventInfo => true,
        _ => false,
    };

    private static bool IsOpen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Describe(MemberInfo member) => member is PropertyInfo property
        ? $"{property} {{ get;{(property.SetMethod is { } set && IsOpen(set) ? " set;" : "")} }}"
        : member.ToString()!;
}
