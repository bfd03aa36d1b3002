using System.Text;

namespace LmDeploy.Cli.Chat;

/// <summary>
/// Reads what the user says: a line, lines that end with a backslash together with the next, or everything between two lines of three quotation marks.
/// Reading blocks, so it is done on a thread of its own. Not thread-safe.
/// </summary>
/// <param name="prompt">Called before each line, with whether it goes on with what was said before.</param>
internal sealed class ChatInput(TextReader input, Action<bool> prompt)
{
    private const string Quotes = "\"\"\"";

    /// <returns>Null at the end of input.</returns>
    public Task<string?> ReadAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellationToken);

    private string? Read()
    {
        prompt(false);
        if (input.ReadLine() is not { } line)
        {
            return null;
        }

        return line.TrimStart().StartsWith(Quotes, StringComparison.Ordinal) ? ReadQuoted(line.TrimStart()[Quotes.Length..]) : ReadContinued(line);
    }

    private string ReadContinued(string line)
    {
        var text = new StringBuilder();
        while (line.EndsWith('\\'))
        {
            text.Append(line.AsSpan(0, line.Length - 1)).Append('\n');
            prompt(true);
            line = input.ReadLine() ?? "";
        }

        return text.Append(line).ToString();
    }

    private string ReadQuoted(string line)
    {
        var text = new StringBuilder();
        while (!line.TrimEnd().EndsWith(Quotes, StringComparison.Ordinal))
        {
            text.Append(line).Append('\n');
            prompt(true);
            if (input.ReadLine() is not { } next)
            {
                return text.ToString();
            }

            line = next;
        }

        return text.Append(line.TrimEnd()[..^Quotes.Length]).ToString().Trim('\n');
    }
}
