using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using LmDeploy.Words;

namespace LmDeploy.Cli.Flags;

/// <summary>
/// Finds flags that a command does not have. The parser takes them for arguments where a command takes any number of these, such as model folders.
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
                .Select(token => Describe(token.Value.Split('=')[0], result.CommandResult.Command)),
        ];
    }

    private static string Describe(string flag, Command command)
    {
        var nearest = NearestName.Of(flag, command.Options.SelectMany(option => option.Aliases.Append(option.Name)));
        return $"unknown flag {flag}{(nearest is null ? $"; see lmdeploy {command.Name} --help." : $", did you mean {nearest}?")}";
    }

    [GeneratedRegex("^--[a-z][a-z0-9-]*(=.*)?$")]
    private static partial Regex Flag();
}
