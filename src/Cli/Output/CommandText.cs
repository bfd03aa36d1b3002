using System.CommandLine;
using System.Text.RegularExpressions;

namespace LmDeploy.Cli.Output;

/// <summary>A command line as results cite it: words are quoted where a shell needs that, and secrets are left out.</summary>
internal static partial class CommandText
{
    private const string Hidden = "***";

    public static string Of(ParseResult command) => Of(command.Tokens.Select(token => token.Value));

    /// <param name="words">The words after the program's name.</param>
    public static string Of(IEnumerable<string> words)
    {
        var isSecret = false;
        var shown = new List<string> { "lmdeploy" };
        foreach (var word in words)
        {
            shown.Add(isSecret ? Hidden : Quote(Credentials().Replace(SecretPair().Replace(word, $"$1{Hidden}"), $"$1{Hidden}@")));
            isSecret = SecretFlag().IsMatch(word);
        }

        return string.Join(' ', shown);
    }

    private static string Quote(string word) => Plain().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A flag whose value is a secret, such as --api-key.</summary>
    [GeneratedRegex("^--([a-z-]+-)?(key|token|password|secret)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretFlag();

    /// <summary>The same with its value in one word.</summary>
    [GeneratedRegex("^(--(?:[a-z-]+-)?(?:key|token|password|secret)[=:]).*", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex SecretPair();

    /// <summary>User and password of a URL.</summary>
    [GeneratedRegex("(://)[^/@]+@")]
    private static partial Regex Credentials();

    [GeneratedRegex(@"^[A-Za-z0-9_./:=,@%+*-]+\z")]
    private static partial Regex Plain();
}
