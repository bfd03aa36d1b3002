using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace LmDeploy.Cli.Flags;

/// <summary>
/// Finds flags that a command does not have. The parser takes them for arguments where a command takes any number of these, such as model folders.
/// </summary>
internal static partial class UnknownFlags
{
    // As many edits as a typing error takes.
    private const int MostEdits = 2;

    /// <summary>The errors, each with the name that was probably meant. What follows <c>--</c> is no flag.</summary>
    public static IReadOnlyList<string> Find(ParseResult result)
    {
        var literal = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        return
        [
            .. result.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Where(token => Flag().IsMatch(token.Value) && !literal.Contains(token))
                .Select(token => Describe(token.Value.Split('=')[0], result.CommandResult.Command)),
        ];
    }

    private static string Describe(string flag, Command command)
    {
        var nearest = command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .Select(name => (Name: name, Edits: EditDistance(flag, name)))
            .MinBy(known => known.Edits);
        var hint = nearest.Name is not null && nearest.Edits <= MostEdits ? $", did you mean {nearest.Name}?" : $"; see lmdeploy {command.Name} --help.";
        return $"unknown flag {flag}{hint}";
    }

    /// <summary>Levenshtein's distance: how many letters are added, left out or changed.</summary>
    private static int EditDistance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    [GeneratedRegex("^--[a-z][a-z0-9-]*(=.*)?$")]
    private static partial Regex Flag();
}
