namespace ProcManager.PackageTests;

/// <summary>New projects outside the repository, with the commands of the README and the first whole program of each page.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class FirstHour(EmptyMachine machine)
{
    [Fact]
    public async Task In_a_new_console_project_the_program_of_the_README_answers()
    {
        string folder = await machine.NewProject("console", "Hello", "ProcManager");
        await Answers(folder, Documents.FirstProgram("README.md"));
        Directory.GetDirectories(Path.Combine(folder, "bin/Debug/net10.0/runtimes")).Select(static d => Path.GetFileName(d))
            .Should().BeEquivalentTo(["linux-arm", "linux-arm64", "linux-x64"], "the package keeps other systems' helpers of Mono.Posix out");
    }

    [Fact]
    public async Task In_a_new_worker_project_the_programs_of_hooks_and_fastcgi_answer()
    {
        string folder = await machine.NewProject("worker", "Works", "ProcManager.FastCgi");
        await Answers(folder, Documents.FirstProgram("docs/hooks.md"));
        await Answers(folder, Documents.FirstProgram("docs/fastcgi.md"), behindNginx: true);
    }

    [Fact]
    public async Task In_a_new_webapi_project_the_program_of_aspnetcore_answers()
    {
        string folder = await machine.NewProject("webapi", "Api", "ProcManager.FastCgi.AspNetCore");
        await Answers(folder, Documents.FirstProgram("docs/aspnetcore.md"), behindNginx: true);
    }

    private async Task Answers(string folder, CodeBlock program, bool behindNginx = false)
    {
        var site = new UserSite();
        string text = program.At(site.Port, site.Socket);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), text);
        foreach (string command in Documents.OtherPackages(program.Page))
        {
            await machine.Run(folder, command);
        }

        string built = await machine.Build(folder);
        string[] arguments = behindNginx && !text.Contains(site.Socket, StringComparison.Ordinal) ? [$"--FastCgi:Listen=unix:{site.Socket}"] : [];
        (behindNginx ? await site.AskBehindNginx(built, server: null, arguments) : await site.Ask(built)).Should().NotBeEmpty();
    }
}
