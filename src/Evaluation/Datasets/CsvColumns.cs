using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads questions from records by the names in the header.</summary>
internal sealed class CsvColumns
{
    private const string ChoicePrefix = "choice_";
    private readonly Dictionary<string, int> _places;
    private readonly int[] _choices;
    private readonly int _count;

    /// <param name="header">One without a problem.</param>
    public CsvColumns(CsvRecord header)
    {
        _count = header.Fields.Count;
        _places = NamesOf(header).Index().ToDictionary(column => column.Item, column => column.Index, StringComparer.OrdinalIgnoreCase);
        _choices = [.. Enumerable.Range('A', 26).Select(letter => PlaceOf((char)letter)).TakeWhile(place => place >= 0)];
    }

    /// <summary>Why a header cannot be used; null when it can.</summary>
    public static string? ProblemOf(CsvRecord header)
        => header.Problem
        ?? (NamesOf(header).CountBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
        ? $"the header has two columns '{twice}'"
        : !NamesOf(header).Intersect(["prompt", "messages"], StringComparer.OrdinalIgnoreCase).Any()
        ? $"the first line must be a header with prompt or messages, found {string.Join(", ", header.Fields)}"
        : null);

    public DatasetItem Read(CsvRecord record)
    {
        var fields = record.Take(_count);
        string[] choices = [.. _choices.Select(place => fields[place])];
        choices = [.. choices.Take(Array.FindLastIndex(choices, choice => choice.Length > 0) + 1)];
        if (choices.Contains(""))
        {
            throw new FormatException("a choice before the last one is empty");
        }

        return ChoiceField.Expect(new DatasetItem(Find(fields, "id") ?? FormattableString.Invariant($"{record.Line}"), ReadPrompt(fields))
        {
            Category = Find(fields, "category") ?? "",
            Expected = Find(fields, "expected") is { } expected ? [expected] : [],
            Choices = choices,
            CorrectChoice = Find(fields, "answer") is { } answer ? ChoiceField.Parse("answer", answer, choices.Length) : null,
            FollowUps = Find(fields, "follow_ups") is { } followUp ? [followUp] : [],
        });
    }

    private Prompt ReadPrompt(IReadOnlyList<string> fields)
    {
        switch (Find(fields, "prompt"), Find(fields, "messages"))
        {
            case ({ } prompt, null) when !string.IsNullOrWhiteSpace(prompt):
                return Prompt.FromText(prompt);
            case (null, { } messages):
                using (var document = JsonDocument.Parse(messages))
                {
                    return JsonItem.ReadMessages(document.RootElement);
                }

            case ({ }, { }):
                throw new FormatException("only one of prompt and messages can be asked");
            default:
                throw new FormatException("prompt must not be empty");
        }
    }

    private static IEnumerable<string> NamesOf(CsvRecord header) => header.Fields.Select(name => name.Trim());

    /// <summary>A field; null when it is empty or there is no such column.</summary>
    private string? Find(IReadOnlyList<string> fields, string name) =>
        _places.TryGetValue(name, out var place) && fields[place].Length > 0 ? fields[place] : null;

    private int PlaceOf(char letter) =>
        _places.TryGetValue($"{ChoicePrefix}{letter}", out var place) || _places.TryGetValue($"{letter}", out place) ? place : -1;
}
