using Spectre.Console;

namespace LmDeploy.Cli.Output;

/// <summary>Says what is going on, on standard error: one line that changes on a terminal, else a line for each change.</summary>
internal static class ProgressLine
{
    public static Task<T> RunAsync<T>(Terminal terminal, Func<Action<string>, Task<T>> work)
        => terminal.IsErrorTerminal
            ? terminal.ErrorConsole().Status().StartAsync("...", status => work(text => status.Status(Markup.Escape(text))))
            : work(terminal.Error.WriteLine);
}
