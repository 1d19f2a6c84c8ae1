using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>USR2: the manager becomes the program that is on disk now, and its workers serve on.</summary>
[Trait("Row", "core")]
public sealed class RestartsInPlace(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Pid_workers_listeners_pid_file_and_control_socket_stay_and_everything_works_on()
    {
        string socket = _folder.File("app.sock");
        string control = _folder.File("control.sock");
        string pidFile = _folder.File("app.pid");
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", $"--socket={socket}", $"--ProcessManager:ControlSocket={control}", $"--ProcessManager:PidFile={pidFile}", "--events=yes");
        int[] workers = [.. managed.Workers.Order()];
        long requests = await managed.Number("requests");
        managed.Signal(Native.Ttin);
        await managed.Log.FindCount("^event ready", 3);
        workers = [.. managed.Workers.Order()];

        await Restart(managed);
        managed.Workers.Order().Should().Equal(workers, "they serve on");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        (await managed.Number("requests")).Should().BeGreaterThan(requests, "counters go on");
        (await managed.Snapshot()).Should().Contain("target 3", "a size that was changed at run time stays");
        File.ReadAllText(pidFile).Trim().Should().Be($"{managed.Pid}");
        using (ControlClient client = await ControlClient.Connect(control))
        {
            client.Greeting.GetProperty("pid").GetInt32().Should().Be(managed.Pid);
        }

        await using (Managed second = Managed.Launch(output, new Launch { Arguments = [$"--ProcessManager:PidFile={pidFile}"] }))
        {
            (await second.Exit()).Should().Be(1, "the pid file is still locked");
        }

        Native.Send(workers[0], Native.Kill);
        await managed.Log.Find($"event exited . {workers[0]} .*signal=9");
        await managed.Log.FindCount("^event ready", 4);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        File.Delete(socket);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 3);
        (await managed.Client.Get("/")).Should().StartWith("Hello", "the socket was bound again");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Directory.GetFiles(_folder.Path).Should().BeEmpty("pid file, socket and control socket go with the manager");
    }

    [Fact]
    public async Task Under_load_no_request_fails_in_many_restarts()
    {
        int restarts = Volume.Of(100, 12);
        await using Managed managed = await Start("--ProcessManager:ProcessCount=3");
        int[] workers = [.. managed.Workers.Order()];
        var load = new Load(managed.Client, keep: false, clients: 4);
        await Restart(managed);
        int descriptors = Descriptors(managed);
        for (int i = 1; i < restarts; i++)
        {
            await Restart(managed);
        }

        await load.End(kill: 0);
        load.Answered.Should().BeGreaterThan(restarts);
        managed.Workers.Order().Should().Equal(workers);
        Descriptors(managed).Should().BeLessThan(descriptors + 10, "no restart leaves a descriptor behind");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_new_program_that_cannot_start_is_told_and_the_manager_goes_on()
    {
        string program = _folder.File("app");
        File.Copy(Places.TestWorker, program);
        File.SetUnixFileMode(program, (UnixFileMode)0x1ed);
        foreach (string file in Directory.GetFiles(Places.TestWorkerFolder))
        {
            if (!File.Exists(_folder.File(Path.GetFileName(file))))
            {
                File.CreateSymbolicLink(_folder.File(Path.GetFileName(file)), file);
            }
        }

        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1", $"--config={Config("1s")}", "--events=yes"] });
        await managed.Ready();
        int[] workers = [.. managed.Workers];

        File.Move(program, program + ".old");
        await IsRefused(managed, $@"posix_spawn\({program}\) failed: No such file or directory");
        File.WriteAllText(program, "not a program");
        await IsRefused(managed, $@"posix_spawn\({program}\) failed: Permission denied");
        File.WriteAllText(program, "#!/bin/sh\nkill -9 $$\n");
        File.SetUnixFileMode(program, (UnixFileMode)0x1ed);
        await IsRefused(managed, "the new program ended with SIGKILL before it could manage");
        File.WriteAllText(program, "#!/bin/sh\nexit 7\n");
        await IsRefused(managed, "the new program ended with exit code 7 before it could manage");
        File.Delete(program);
        File.Move(program + ".old", program);
        Config("2h");
        await IsRefused(managed, "the new program ended with exit code 78 before it could manage");
        managed.Log.Lines.Should().Contain(static l => l.Contains("ProcessManager:StartDelay is 2h; allowed: 0s to 1h", StringComparison.Ordinal));
        managed.Workers.Should().Equal(workers);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        Config("0s");
        await Restart(managed);
        managed.Workers.Should().Equal(workers);
    }

    [Fact]
    public async Task A_worker_that_drains_ends_under_the_new_manager_as_it_would_have_under_the_old_one()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--events=yes");
        int worker = managed.Workers[0];
        Task<string> answer = await managed.BusyWorker(_folder);
        Native.Send(worker, Native.Term);
        await managed.Log.FindCount("^event ready", 2); // its replacement
        await Restart(managed);
        _folder.Write("go", "");
        (await answer).Should().Be("waited");
        await managed.Log.Find($"^event exited 0 {worker} cause=AskedByOther code=0");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_worker_that_dies_while_the_manager_is_another_program_is_replaced()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--events=yes");
        int[] workers = [.. managed.Workers];
        managed.Signal(Native.Usr2);
        await managed.Log.Find("takes over; workers serve on");
        Native.Send(workers[0], Native.Kill);
        await managed.Log.Find($"event exited . {workers[0]} .*signal=9");
        await managed.Log.FindCount("^event ready", 3);
    }

    [Theory]
    [InlineData(Native.Term)]
    [InlineData(Native.Hup)]
    public async Task A_signal_during_the_exec_waits_for_the_new_program(int signal)
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--events=yes");
        managed.Signal(Native.Usr2);
        await managed.Log.FindCount("^listening ", 2); // the new program has begun
        managed.Signal(signal);
        if (signal == Native.Hup)
        {
            await managed.ReloadFinished("Succeeded", 2);
            managed.Signal(Native.Term);
        }

        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task What_the_new_options_switch_off_is_closed_and_what_they_cannot_have_is_refused()
    {
        string taken = $"127.0.0.1:{Native.FreePort()}";
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPEndPoint.Parse(taken));
        other.Start();
        Options("""{ "Status": { "EndPoint": "127.0.0.1:0" } }""");
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", $"--config={_folder.File("config.json")}");
        System.Net.IPEndPoint page = System.Net.IPEndPoint.Parse((await managed.Log.Find(@"the status page is at http://(\S+?)/?$")).Groups[1].Value);
        Options($$"""{ "LogFile": "{{_folder.File("no/such/app.log")}}" }""");
        await IsRefused(managed, "exit code 78");
        Options($$"""{ "Status": { "EndPoint": "{{taken}}" } }""");
        await IsRefused(managed, "exit code 1 ");
        Options($$"""{ "PidFile": "{{_folder.File("no/such/app.pid")}}" }""");
        await IsRefused(managed, "exit code");
        Options("{ }");
        await Restart(managed);
        using var client = new System.Net.Sockets.TcpClient();
        await FluentActions.Awaiting(() => client.ConnectAsync(page)).Should().ThrowAsync<System.Net.Sockets.SocketException>("a page that is switched off refuses its clients");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    [Trait("Row", "D11")]
    public async Task Lines_of_workers_are_whole_across_a_restart()
    {
        string log = _folder.File("app.log");
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:LogFile={log}", "--ProcessManager:CaptureOutput=true"] });
        managed.Unheard((await managed.Log.Find("^listening (.*)$")).Groups[1].Value);
        await managed.Client.Get("/print?x=begin");
        managed.Signal(Native.Usr2);
        await Until.True(() => File.ReadAllText(log).Contains("managing goes on after a restart in place", StringComparison.Ordinal), "the new manager has begun");
        await managed.Client.Get("/print?x=ning\\n");
        await Until.True(() => File.ReadAllText(log).Contains("): beginning\n", StringComparison.Ordinal), "the line is whole");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.ReadAllText(log).Should().Contain("exit code 0");
    }

    [Fact]
    public async Task A_service_of_systemd_tells_of_it_as_of_a_reload()
    {
        using var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using Managed managed = Managed.Launch(output, new Launch { Environment = new(systemd.Environment), Arguments = ["--ProcessManager:ProcessCount=1"] });
        await managed.Ready();
        await systemd.Hears("^READY=1");
        managed.Signal(Native.Usr2);
        await systemd.Hears("^RELOADING=1");
        await systemd.Hears("^READY=1");
        managed.Signal(Native.Term);
        await systemd.Hears("^STOPPING=1");
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private static int Descriptors(Managed managed) => Directory.GetFiles($"/proc/{managed.Pid}/fd").Length;

    private void Options(string section) => _folder.Write("config.json", $$"""{ "ProcessManager": {{section}} }""");

    private string Config(string delay) => _folder.Write("config.json", $$"""{ "ProcessManager": { "StartDelay": "{{delay}}" } }""");

    private async Task<Managed> Start(params string[] switches)
    {
        Managed managed = Managed.Launch(output, new Launch { Arguments = switches });
        await managed.Ready();
        return managed;
    }

    private static async Task Restart(Managed managed)
    {
        int from = managed.Log.Count;
        managed.Signal(Native.Usr2);
        await managed.Log.Find(string.Create(CultureInfo.InvariantCulture, $@"manager \(pid {managed.Pid}\): managing goes on after a restart in place, with \d+ workers? that the manager before"), from);
    }

    private static async Task IsRefused(Managed managed, string reason)
    {
        int from = managed.Log.Count;
        managed.Signal(Native.Usr2);
        await managed.Log.Find("restart in place is refused, the manager goes on as it is: .*" + reason, from);
    }
}
