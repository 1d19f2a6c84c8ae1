using Xunit.Abstractions;

namespace ProcManager.PackageTests;

/// <summary>A project that knows only the package, published as one file: compiled by NativeAOT, and as a single file of CoreCLR.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class CompiledAhead(EmptyMachine machine, ITestOutputHelper output)
{
    [Fact]
    public async Task A_project_outside_the_repository_is_published_as_one_file_without_a_warning()
    {
        string folder = machine.NewFolder("Ahead");
        File.WriteAllText(Path.Combine(folder, "Ahead.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <PublishAot>true</PublishAot>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="ProcManager" Version="{machine.Version}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
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
        await Serves(folder, "native", "");
        Directory.GetFiles(Path.Combine(folder, "native")).Select(Path.GetFileName).Should().BeEquivalentTo("Ahead", "Ahead.dbg");
        string bound = await machine.Run(folder, "nm -D --undefined-only native/Ahead");
        bound.Should().Contain(" posix_spawnattr_setpgroup", "the package has the linker bind what it calls, and a worker looks for no library at its start");
        await Serves(folder, "single", "-p:PublishAot=false -p:PublishSingleFile=true --self-contained false");
    }

    private async Task Serves(string folder, string to, string options)
    {
        await machine.Run(folder, $"dotnet publish --use-current-runtime -o {to} {options}", EmptyMachine.WithPackagesOfThisMachine);
        File.Exists(Path.Combine(folder, to, "Ahead.dll")).Should().BeFalse("all is in one file");

        await using Managed managed = Managed.Launch(output, new Launch { Program = Path.Combine(folder, to, "Ahead") });
        await managed.Ready();
        (await managed.Client.Get("/")).Should().Be("ok");
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }
}
