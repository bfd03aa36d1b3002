using System.Globalization;

namespace LmDeploy.Cli.Input;

/// <summary>Token ids that a person wrote.</summary>
internal static class TokenIds
{
    /// <exception cref="FormatException">It is no number, or below 0.</exception>
    public static int Parse(string name, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw new FormatException($"{name} takes token ids, got \"{text}\".");
}
