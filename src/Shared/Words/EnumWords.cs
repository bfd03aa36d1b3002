using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LmDeploy.Words;

/// <summary>
/// Converts between enumerations and the words that users read and write for their values: the name in snake case (<c>WarmingUp</c> is <c>warming_up</c>,
/// <c>BFloat16</c> is <c>bfloat16</c>). <c>Unspecified</c> and <c>Unknown</c> are no words: they are the empty text.
/// </summary>
internal static partial class EnumWords
{
    private static readonly string[] _nameless = ["Unspecified", "Unknown"];

    /// <summary>The word for a value; of a number that has no name its digits.</summary>
    public static string Of(Enum value)
    {
        var name = value.ToString();
        return _nameless.Contains(name) ? "" : WordOf(name);
    }

    /// <summary>The value of an enumeration that has the word of another one's value; its zero where it has none.</summary>
    public static T To<T>(Enum value)
        where T : struct, Enum
        => TryParse<T>(Of(value), out var found) ? found : default;

    /// <summary>Reads a word, which has to be spelled as <see cref="Of"/> spells it.</summary>
    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum
    {
        var found = TryParse(typeof(T), word, out var boxed);
        value = found ? (T)boxed! : default;
        return found;
    }

    /// <summary>Reads a word of an enumeration that is known when the program runs.</summary>
    public static bool TryParse(Type type, string word, [NotNullWhen(true)] out Enum? value)
    {
        value = Named(type).FirstOrDefault(named => Of(named) == word);
        return value is not null;
    }

    /// <summary>What is wrong with a setting that has none of the words: names the setting, the words and what it has.</summary>
    /// <param name="setting">What users call it.</param>
    /// <param name="type">The enumeration.</param>
    /// <param name="got">What the setting has.</param>
    public static string Problem(string setting, Type type, string got)
    {
        var words = Named(type).Select(Of).ToArray();
        return $"{setting} must be {string.Join(", ", words[..^1])} or {words[^1]}, got '{got}'.";
    }

    private static IEnumerable<Enum> Named(Type type) => Enum.GetValues(type).Cast<Enum>().Where(value => Of(value).Length > 0);

    private static string WordOf(string name) => WordStart().Replace(name, "_").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
