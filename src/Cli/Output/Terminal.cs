using System.Text;
using Spectre.Console;

namespace LmDeploy.Cli.Output;

/// <summary>Standard output and error, always UTF-8. Colours and live lines are for terminals only.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="IsOutTerminal">Whether standard output is a terminal.</param>
/// <param name="IsErrorTerminal">Whether standard error is a terminal.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool IsOutTerminal, bool IsErrorTerminal)
{
    /// <summary>How wide tables are for a file or a pipe, in characters: wide enough that no row is folded.</summary>
    private const int FileWidth = 400;

    /// <summary>What a terminal that does not know its width is taken for.</summary>
    private const int LeastWidth = 80;

    public static Terminal Create() => new(
        Open(Console.OpenStandardOutput()), Open(Console.OpenStandardError()), !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>One line on standard error.</summary>
    public void WriteError(string code, string message) => WriteError($"{code}: {message}");

    /// <summary>A line on standard error for each line of a message that has several.</summary>
    public void WriteErrors(string message) => message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .DefaultIfEmpty("").ToList().ForEach(WriteError);

    /// <inheritdoc cref="WriteError(string, string)"/>
    public void WriteError(string message) => Error.WriteLine($"error: {Printable(message.ReplaceLineEndings(" ").TrimEnd())}");

    /// <summary>
    /// Escapes text for a terminal: replaces control characters and bidirectional formatting characters with U+FFFD. For text from files and models.
    /// </summary>
    public static string Printable(string text) => text.All(IsPrintable)
        ? text
        : string.Concat(text.Select(character => IsPrintable(character) ? character : '\ufffd'));

    public IAnsiConsole OutConsole() => CreateConsole(Out, IsOutTerminal);

    public IAnsiConsole ErrorConsole() => CreateConsole(Error, IsErrorTerminal);

    private static bool IsPrintable(char character) =>
        !char.IsControl(character)
            && character is not (>= '\u202a' and <= '\u202e') and not (>= '\u2066' and <= '\u2069') and not '\u200e' and not '\u200f' and not '\u061c';

    private static IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = isTerminal ? Math.Max(Console.WindowWidth, LeastWidth) : FileWidth;
        return console;
    }

    private static StreamWriter Open(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
