namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>The names that expressions have for general categories.</summary>
internal static class UnicodeProperties
{
    private const string AllCategories =
        "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn";

    private static readonly Dictionary<string, string> _longNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["LC"] = "Lu Ll Lt",
        ["L&"] = "Lu Ll Lt",
        ["CasedLetter"] = "Lu Ll Lt",
        ["Letter"] = "L",
        ["UppercaseLetter"] = "Lu",
        ["LowercaseLetter"] = "Ll",
        ["TitlecaseLetter"] = "Lt",
        ["ModifierLetter"] = "Lm",
        ["OtherLetter"] = "Lo",
        ["Mark"] = "M",
        ["NonspacingMark"] = "Mn",
        ["SpacingMark"] = "Mc",
        ["EnclosingMark"] = "Me",
        ["Number"] = "N",
        ["DecimalNumber"] = "Nd",
        ["LetterNumber"] = "Nl",
        ["OtherNumber"] = "No",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
    };

    /// <summary>Category names separated by spaces; null where the name is none of a general category.</summary>
    public static string? CategoriesOf(string name)
    {
        var key = name.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        if (_longNames.TryGetValue(key, out var categories))
        {
            return categories;
        }

        return key.Length is 1 or 2 ? Expand(key) : null;
    }

    /// <summary>The items of a .NET character class for these categories, or for all the others.</summary>
    public static string Items(string categories, bool negated)
    {
        var wanted = categories.Split(' ');
        var listed = negated
            ? AllCategories.Split(' ').Where(category => !wanted.Any(want => category.StartsWith(want, StringComparison.Ordinal)))
            : wanted;
        return string.Concat(listed.Select(category => $"\\p{{{category}}}"));
    }

    private static string? Expand(string key)
    {
        var name = char.ToUpperInvariant(key[0]) + key[1..].ToLowerInvariant();
        return AllCategories.Split(' ').Any(category => category.StartsWith(name, StringComparison.Ordinal)) ? name : null;
    }
}
