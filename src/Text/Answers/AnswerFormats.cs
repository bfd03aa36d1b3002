namespace LmDeploy.Text.Answers;

/// <summary>Which answer format a model speaks.</summary>
internal static class AnswerFormats
{
    /// <summary>The format of a model, as its tokenizer and its template tell.</summary>
    /// <param name="isToken">Whether a text is one of the tokenizer's tokens.</param>
    /// <param name="template">The model's chat template; empty for none.</param>
    public static AnswerFormat Of(Func<string, bool> isToken, string template)
    {
        if (HarmonyFormat.Signs.All(isToken))
        {
            return new HarmonyFormat();
        }

        var thoughts = AnswerFamilies.All.SelectMany(family => family.Thoughts).Where(tags => IsMentioned(tags.Begin)).Prepend(AnswerFamilies.Think).Distinct();
        var calls = AnswerFamilies.All.SelectMany(family => family.Calls).Where(syntax => syntax != AnswerFamilies.BareJson).ToList();
        var spoken = calls.Where(syntax => syntax.IsMarked && IsMentioned(syntax.Begin) && IsMentioned(syntax.Sign)).ToList();

        // A model that says nothing of itself may have learned any of the formats that need no sign of their own.
        return new TaggedFormat(
            [.. thoughts],
            [
                .. spoken.Exists(syntax => syntax.Begin.Length > 0) ? [] : calls.Where(syntax => syntax.Sign.Length == 0),
                .. spoken,
                AnswerFamilies.BareJson,
            ]);

        bool IsMentioned(string word) => word.Length == 0 || isToken(word) || template.Contains(word, StringComparison.Ordinal);
    }

    /// <summary>The format of a name.</summary>
    /// <returns>Null where there is none; <see cref="Names"/> are there.</returns>
    public static AnswerFormat? Named(string name) => name == HarmonyFormat.Name ? new HarmonyFormat()
        : AnswerFamilies.All.FirstOrDefault(family => family.Name == name) is { } family ? new TaggedFormat(family.Thoughts, family.Calls)
        : null;

    /// <summary>The names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [HarmonyFormat.Name, .. AnswerFamilies.All.Select(family => family.Name)];
}
