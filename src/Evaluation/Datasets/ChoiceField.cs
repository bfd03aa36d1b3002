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
        if (count == 0)
        {
            throw new FormatException($"{name} is the right one of several choices, and the question has none");
        }

        var written = text.Trim();
        var index = int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : written.Length == 1 && char.IsAsciiLetter(written[0]) ? char.ToUpperInvariant(written[0]) - 'A'
            : -1;
        return index >= 0 && index < count
            ? index
            : throw new FormatException($"{name} must be 0 to {count - 1} or A to {(char)('A' + Math.Min(count, 26) - 1)}, found \"{written}\"");
    }

    /// <summary>The right choice is the expected answer too, where the question says nothing else.</summary>
    public static DatasetItem Expect(DatasetItem item) =>
        item is { Expected.Count: 0, CorrectChoice: { } right } ? item with { Expected = [item.Choices[right].Trim()] } : item;
}
