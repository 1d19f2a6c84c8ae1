using System.CommandLine;

namespace ProcManager.Tool.Completion;

/// <summary>Writes what a shell needs to complete the tool's commands, options and pools: it asks the tool by the directive <c>[suggest:N]</c>.</summary>
internal static class CompletionCommand
{
    // $1 is the command as it was typed. The line is asked for as 'procman …', however it was typed. Files are offered where nothing else fits, as behind --pid-file.
    private const string Bash = """
        _procman() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} suggestion
            line="procman ${line#* }"
            COMPREPLY=()
            while IFS= read -r suggestion; do
                if [[ $suggestion == "$word"* && ($suggestion != [-/]* || $word == -*) ]]; then COMPREPLY+=("$suggestion"); fi
            done < <("$1" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _procman procman

        """;

    private const string Zsh = """
        _procman() {
            local line="procman ${(j: :)words[2,CURRENT]}"
            local -a suggestions=(${(f)"$($words[1] "[suggest:${#line}]" "$line" 2>/dev/null)"})
            [[ $PREFIX == -* ]] || suggestions=(${suggestions:#[-/]*})
            compadd -a suggestions || _files
        }
        compdef _procman procman

        """;

    internal static Command Build()
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh.", CompletionSources = { "bash", "zsh" } };
        var command = new Command("completion", "Writes the completion for a shell: source <(procman completion bash).") { shell };
        command.SetAction(parsed => Write(parsed.GetValue(shell)!));
        return command;
    }

    private static int Write(string shell)
    {
        Console.Write(shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => throw new ToolException(ExitCodes.Usage, $"shell is '{shell}'; allowed: bash or zsh."),
        });
        return ExitCodes.Done;
    }
}
