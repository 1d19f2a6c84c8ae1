using System.Reflection;

namespace ProcManager.Tests.Options;

public class EnumOptions
{
    public static TheoryData<string> Names => [.. Properties.Select(static p => p.Name)];

    private static IEnumerable<PropertyInfo> Properties => typeof(ProcessManagerOptions).GetProperties()
        .Where(static p => p.PropertyType.IsEnum && !p.PropertyType.IsDefined(typeof(FlagsAttribute), false));

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_value_is_allowed_and_the_next_number_is_not(string name)
    {
        PropertyInfo property = Properties.Single(p => p.Name == name);
        Array values = Enum.GetValues(property.PropertyType);
        foreach (object value in values)
        {
            Failures(property, value).Should().NotContain(f => f.Contains($":{name} is", StringComparison.Ordinal), "{0} is a value", value);
        }

        foreach (int wrong in (int[])[-1, values.Length])
        {
            Failures(property, Enum.ToObject(property.PropertyType, wrong)).Should().ContainMatch($"*:{name} is {wrong}*");
        }
    }

    private static IEnumerable<string> Failures(PropertyInfo property, object value)
    {
        var options = new ProcessManagerOptions();
        property.SetValue(options, value);
        return new ProcessManagerOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
