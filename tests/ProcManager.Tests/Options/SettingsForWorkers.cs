using Microsoft.Extensions.Configuration;
using ProcManager.Settings;

namespace ProcManager.Tests.Options;

/// <summary>What the manager has accepted reaches a worker in one line of text, whatever is in it.</summary>
public class SettingsForWorkers
{
    [Fact]
    public void Every_key_and_value_is_read_back()
    {
        IConfigurationRoot written = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ProcessManager:ProcessTitle"] = "a;b=c&d %20 \u00fc\n",
            ["ProcessManager:PidFile"] = "",
            ["ProcessManager:MaxMemory"] = null,
            ["FastCgi:AllowedAddresses:0"] = "::1",
            ["Other:Secret"] = "not ours",
        }).Build();
        string text = AcceptedSettings.Write(written.GetSection("ProcessManager").AsEnumerable().Concat(written.GetSection("FastCgi").AsEnumerable()));

        text.Should().NotContainAny(";", "\n", " ").And.NotContain("Secret");
        foreach (string section in new[] { "ProcessManager", "FastCgi" })
        {
            IConfiguration read = AcceptedSettings.Read(text, section)!;
            read.GetSection(section).AsEnumerable().Should().BeEquivalentTo(written.GetSection(section).AsEnumerable());
        }
    }

    [Fact]
    public void A_section_without_keys_is_accepted_too_and_one_that_the_manager_has_not_read_is_not()
    {
        string text = AcceptedSettings.Write(new ConfigurationBuilder().Build().GetSection("ProcessManager").AsEnumerable());
        AcceptedSettings.Read(text, "ProcessManager")!.GetSection("ProcessManager").Exists().Should().BeFalse();
        AcceptedSettings.Read(text, "FastCgi").Should().BeNull();
    }
}
