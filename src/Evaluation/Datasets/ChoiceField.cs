using System.Globalization;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Which choice is the right one, as datasets write it.</summary>
internal static class ChoiceField
{
    /// <param name="name">The field.</param>
    /// <param name="text">An index from 0, or a letter from A.</param>
    /// <param name="count">How many choices there are.</param>
    /// <exception cref="FormatException">There is no such choice.</exception>
    public static int Parse(string name, string text, int count)
    {
        RequireChoices(name, count);
        var written = text.Trim();
        return PlaceOf(written, count) ?? throw new FormatException($"{name} must be 0 to {count - 1} or A to {LetterOf(count - 1)}, found \"{written}\"");
    }

    /// <param name="name">The field.</param>
    /// <param name="text">An index from 0, a letter from A, or the text of a choice, apart from the white space around it.</param>
    /// <param name="choices">What there is to choose from.</param>
    /// <exception cref="FormatException">There is no such choice, or the text means two of them.</exception>
    public static int Find(string name, string text, IReadOnlyList<string> choices)
    {
        RequireChoices(name, choices.Count);
        var written = text.Trim();
        int[] same = [.. choices.Index().Where(choice => choice.Item.Trim() == written).Select(choice => choice.Index)];
        int[] meant = [.. same.Concat(PlaceOf(written, choices.Count) is { } place ? [place] : []).Distinct()];
        return meant switch
        {
            [var only] => only,
            [] => throw new FormatException(
                $"{name} must be 0 to {choices.Count - 1}, A to {LetterOf(choices.Count - 1)} or the text of a choice, found \"{written}\""),
            _ when same.Length > 1 => throw new FormatException(
                $"{name} \"{written}\" is the text of several choices: {string.Join(", ", same.Select(LetterOf))}; write the letter"),
            _ => throw new FormatException(
                $"{name} \"{written}\" is the text of choice {LetterOf(meant[0])}, and also says choice {LetterOf(meant[1])}; write "
                    + (char.IsAsciiLetter(written[0]) ? "the index" : "the letter")),
        };
    }

    /// <summary>The right choice is the expected answer too, where the question says nothing else.</summary>
    public static DatasetItem Expect(DatasetItem item) =>
        item is { Expected.Count: 0, CorrectChoice: { } right } ? item with { Expected = [item.Choices[right].Trim()] } : item;

    private static void RequireChoices(string name, int count)
    {
        if (count == 0)
        {
            throw new FormatException(
                $"{name} is the right one of several choices, and the question has none; the answer to a question without choices is in expected");
        }
    }

    /// <summary>What an index or a letter says; null where it is neither, or there is no such choice.</summary>
    private static int? PlaceOf(string written, int count)
    {
        var place = int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : written.Length == 1 && char.IsAsciiLetter(written[0]) ? char.ToUpperInvariant(written[0]) - 'A'
            : -1;
        return place >= 0 && place < count ? place : null;
    }

    private static char LetterOf(int place) => (char)('A' + Math.Min(place, 25));
}
