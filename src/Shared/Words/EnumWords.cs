using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LmDeploy.Words;

/// <summary>
/// Converts between enumerations and the words that users read and write for their values: the name in snake case (<c>WarmingUp</c> is <c>warming_up</c>,
/// <c>BFloat16</c> is <c>bfloat16</c>). <c>Unspecified</c> and <c>Unknown</c> are no words: they are the empty text.
/// </summary>
/// <remarks>Commands that live for half a second use it: it takes nothing that they would have to load or compile first.</remarks>
internal static class EnumWords
{
    /// <summary>The word for a value; of a number that has no name its digits.</summary>
    public static string Of(Enum value) => value.ToString() is var name && name is "Unspecified" or "Unknown" ? "" : WordOf(name);

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
        foreach (Enum named in Enum.GetValues(type))
        {
            if (Of(named) is { Length: > 0 } known && known == word)
            {
                value = named;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>What is wrong with a setting that has none of the words: names the setting, the words and what it has.</summary>
    /// <param name="setting">What users call it.</param>
    /// <param name="type">The enumeration.</param>
    /// <param name="got">What the setting has.</param>
    public static string Problem(string setting, Type type, string got)
    {
        var words = Enum.GetValues(type).Cast<Enum>().Select(Of).Where(word => word.Length > 0).ToArray();
        return $"{setting} must be {string.Join(", ", words[..^1])} or {words[^1]}, got '{got}'.";
    }

    private static string WordOf(string name)
    {
        var word = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && !char.IsAsciiLetterUpper(name[i - 1]))
            {
                word.Append('_');
            }

            word.Append(char.ToLowerInvariant(name[i]));
        }

        return word.ToString();
    }
}
