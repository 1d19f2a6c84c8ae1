using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What a stranger gets: the package, in a project outside the repository.</summary>
[Trait("Row", "core")]
public class ThePackage(ITestOutputHelper output)
{
    [Fact]
    public async Task A_project_outside_the_repository_uses_it_also_compiled_by_NativeAOT()
    {
        using var folder = new TempFolder();
        string version = $"0.0.1-test{Guid.NewGuid():N}"[..24];
        Programs.CopySources(folder.File("sources"));
        await Run(folder, "pack", folder.File("sources/src/ProcManager"), "-c", "Release", $"-p:Version={version}", "-p:RunAnalyzers=false", "-p:RestoreLockedMode=false", "-p:RestorePackagesWithLockFile=false", "-o", folder.File("packages"));
        Directory.GetFiles(folder.File("packages")).Select(static f => Path.GetExtension(f)).Should().BeEquivalentTo(".nupkg", ".snupkg");

        Directory.CreateDirectory(folder.File("app"));
        folder.Write("app/app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{folder.File("packages")}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="ProcManager" Version="{version}" /></ItemGroup>
            </Project>
            """);
        folder.Write("app/Program.cs", """
            using System.Net;
            using System.Net.Sockets;
            using ProcManager;

            using var manager = new ProcessManager(new() { ProcessCount = 2, DieTimeout = TimeSpan.FromSeconds(30) });
            using Socket listener = manager.Listen("http", new IPEndPoint(IPAddress.Loopback, 0));
            if (manager.Role == ProcessRole.Manager) Console.WriteLine($"http://{listener.LocalEndPoint}/");
            manager.Manage();
            while (manager.Accept(listener) is { } connection)
            {
                manager.PreDispatch();
                connection.Receive(new byte[1000]);
                connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Pid: 1\r\nConnection: close\r\n\r\nok"u8);
                connection.Dispose();
                manager.PostDispatch();
            }
            """);
        await Run(folder, "build", folder.File("app"), "-c", "Release", "-o", folder.File("out"));
        try
        {
            await using Managed managed = Managed.Launch(output, new Launch { Program = folder.File("out/app") });
            await managed.Ready();
            (await managed.Client.Get("/")).Should().Be("ok");
            managed.Signal(Native.Term);
            (await managed.Exit()).Should().Be(0);

            await Run(folder, "publish", folder.File("app"), "-c", "Release", "--use-current-runtime", "-p:PublishAot=true", "-o", folder.File("native"));
            File.Exists(folder.File("native/app.dll")).Should().BeFalse("it is native code");
            await using Managed native = Managed.Launch(output, new Launch { Program = folder.File("native/app") });
            await native.Ready();
            (await native.Client.Get("/")).Should().Be("ok");
            native.Signal(Native.Hup);
            await native.Log.Find("reload to generation 2 succeeded");
            native.Signal(Native.Term);
            (await native.Exit()).Should().Be(0);
        }
        finally
        {
            // The restore left this one version in the user's package cache.
            string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
            string left = Path.Combine(cache, "procmanager", version);
            if (Directory.Exists(left))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    private static async Task Run(TempFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, text);
    }
}
