using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What Tab offers, in a real bash.</summary>
[Trait("Row", "D13")]
public sealed class ProcmanCompletion(ITestOutputHelper output) : IDisposable
{
    private readonly Procman _procman = new(output);

    [Fact]
    public async Task Commands_options_values_and_pools_are_offered()
    {
        using var shop = new FakeManager($"{_procman.Sockets}/1.sock", FakeManager.Greeting(Environment.ProcessId));
        using var silent = new FakeManager($"{_procman.Sockets}/2.sock", greeting: null);
        silent.FillQueue();
        (await Offered("procman rel")).Should().Equal("reload");
        (await Offered("procman rec")).Should().Equal("recycle");
        (await Offered("procman reload --no")).Should().Equal("--no-wait");
        (await Offered("procman reap --measure p")).Should().BeEquivalentTo("private", "pss");
        (await Offered("procman signal TT")).Should().BeEquivalentTo("TTIN", "TTOU");
        (await Offered("procman reload sho")).Should().Equal("shop");
        (await Offered("/usr/bin/procman scale 3 sho")).Should().Equal("shop");
        (await Offered("procman ")).Should().Contain(["list", "status", "completion"]).And.OnlyContain(static word => char.IsAsciiLetterLower(word[0]));
    }

    [Fact]
    public async Task Another_shell_is_refused()
    {
        (await _procman.Run("completion", "fish")).Should().Be((64, "", "procman: shell is 'fish'; allowed: bash or zsh.\n"));
    }

    public void Dispose() => _procman.Dispose();

    // As bash does it when Tab is pressed at the end of the line.
    private async Task<string[]> Offered(string line)
    {
        (int code, string said, string error) = await _procman.Bash($"source <(procman completion bash); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; IFS=' ' read -ra COMP_WORDS <<<\"${{COMP_LINE}}x\"; COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_WORDS[COMP_CWORD]=${{COMP_WORDS[COMP_CWORD]%x}}; _procman procman; printf '%s\\n' \"${{COMPREPLY[@]}}\"");
        (code, error).Should().Be((0, ""));
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
