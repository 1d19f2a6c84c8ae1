using System.Reflection;
using System.Text;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Architecture;

/// <summary>
/// What users see. A change of it is a decision: PROCMANAGER_ACCEPT_API=1 writes the new list, which then stands in the commit.
/// </summary>
public class PublicApi
{
    private const BindingFlags Seen = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string Listed = Path.Combine(Repository.Tests, "Architecture", "PublicApi.txt");

    [Fact]
    public void The_public_surface_is_the_listed_one()
    {
        string now = Surface();
        if (Environment.GetEnvironmentVariable("PROCMANAGER_ACCEPT_API") == "1")
        {
            File.WriteAllText(Listed, now);
        }

        now.Split('\n').Should().Equal(File.ReadAllText(Listed).Split('\n'), "PROCMANAGER_ACCEPT_API=1 accepts a change");
    }

    private static string Surface()
    {
        var text = new StringBuilder();
        foreach (Type type in typeof(ProcessManager).Assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
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
