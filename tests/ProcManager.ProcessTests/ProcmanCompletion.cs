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
        string[] offered = await Offered("procman rel", "procman rec", "procman reload --no", "procman reap --measure p", "procman signal TT", "procman reload sho", "/usr/bin/procman scale 3 sho", "procman ");
        offered[..7].Should().Equal("reload", "recycle", "--no-wait", "private pss", "TTIN TTOU", "shop", "shop");
        offered[7].Split(' ').Should().Contain(["list", "status", "completion"]).And.OnlyContain(static word => char.IsAsciiLetterLower(word[0]));
    }

    [Fact]
    public async Task Another_shell_is_refused()
    {
        (await _procman.Run("completion", "fish")).Should().Be((64, "", "procman: shell is 'fish'; allowed: bash or zsh.\n"));
    }

    public void Dispose() => _procman.Dispose();

    // As bash does it when Tab is pressed at the end of a line.
    private async Task<string[]> Offered(params string[] lines)
    {
        (int code, string said, string error) = await _procman.Bash("""
            source <(procman completion bash)
            while read -r COMP_LINE; do
                COMP_LINE=${COMP_LINE%|} COMP_POINT=${#COMP_LINE}
                IFS=' ' read -ra COMP_WORDS <<<"${COMP_LINE}x"
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_WORDS[COMP_CWORD]=${COMP_WORDS[COMP_CWORD]%x}
                _procman procman
                echo "${COMPREPLY[*]}"
            done <<'LINES'

            """ + string.Concat(lines.Select(static l => l + "|\n")) + "LINES\n");
        (code, error).Should().Be((0, ""));
        return said.TrimEnd('\n').Split('\n');
    }
}
