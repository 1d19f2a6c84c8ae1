using ProcManager.Tests.Architecture;

namespace ProcManager.FastCgi.ComponentTests.Architecture;

public class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_listed_one() => PublicSurface.ShouldBeListed(typeof(FastCgiListener).Assembly, "ProcManager.FastCgi.ComponentTests");

    [Fact]
    public void No_file_has_more_than_250_lines() => Directory
        .GetFiles(Path.Combine(Root(AppContext.BaseDirectory), "src", "ProcManager.FastCgi"), "*.cs", SearchOption.AllDirectories)
        .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && File.ReadLines(f).Count() > 250)
        .Should().BeEmpty();

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "ProcManager.sln")) ? folder : Root(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!);
}
