using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using LmDeploy.Words;

namespace LmDeploy.Cli.Flags;

/// <summary>
/// Finds flags that a command does not have, and commands that there are not. The parser takes flags for arguments where a command takes these.
/// </summary>
internal static partial class UnknownFlags
{
    /// <summary>The errors, each with the name that was probably meant. What follows <c>--</c> is no flag.</summary>
    public static IReadOnlyList<string> Find(ParseResult result)
    {
        var literal = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        return
        [
            .. result.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Where(token => Flag().IsMatch(token.Value) && !literal.Contains(token))
                .Select(token => token.Value)
                .Concat(result.UnmatchedTokens.Where(token => Flag().IsMatch(token) && literal.All(other => other.Value != token)))
                .Distinct()
                .Select(token => Describe(token.Split('=')[0], result.CommandResult.Command)),
            .. UnknownCommand(result),
        ];
    }

    private static IEnumerable<string> UnknownCommand(ParseResult result)
    {
        if (result.CommandResult.Command is RootCommand root && result.UnmatchedTokens is [var word, ..] && !word.StartsWith('-'))
        {
            var nearest = NearestName.Of(word, root.Subcommands.Select(command => command.Name));
            yield return $"unknown command {word}{(nearest is null ? "; see lmdeploy --help." : $", did you mean {nearest}?")}";
        }
    }

    private static string Describe(string flag, Command command)
    {
        var nearest = NearestName.Of(flag, command.Options.SelectMany(option => option.Aliases.Append(option.Name)));
        return $"unknown flag {flag}{(nearest is null ? $"; see lmdeploy {command.Name} --help." : $", did you mean {nearest}?")}";
    }

    [GeneratedRegex("^--[a-z][a-z0-9-]*(=.*)?$")]
    private static partial Regex Flag();
}
