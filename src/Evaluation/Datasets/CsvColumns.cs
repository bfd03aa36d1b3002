using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads questions from records by the names in the header.</summary>
internal sealed class CsvColumns
{
    private const string ChoicePrefix = "choice_";
    private readonly Dictionary<string, int> _places;
    private readonly int[] _choices;
    private readonly int _count;
    private readonly FieldNames _names;
    private readonly bool _isQuestionAnswer;

    /// <param name="header">One without a problem.</param>
    /// <param name="names">What the columns are called.</param>
    public CsvColumns(CsvRecord header, FieldNames names)
    {
        _names = names;
        _count = header.Fields.Count;
        _places = NamesOf(header).Index().ToDictionary(column => column.Item, column => column.Index, StringComparer.OrdinalIgnoreCase);
        _choices = [.. Enumerable.Range('A', 26).Select(letter => PlaceOf((char)letter)).TakeWhile(place => place >= 0)];
        _names = names.WithCommonNames(_places.ContainsKey, _choices.Length > 0);
        _isQuestionAnswer = _names != names;
    }

    /// <summary>Why a header cannot be used; null when it can.</summary>
    public static string? ProblemOf(CsvRecord header, FieldNames names)
        => header.Problem
        ?? (NamesOf(header).CountBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
        ? $"the header has two columns '{twice}'"
        : names.Mapped.FirstOrDefault(field => !Has(header, field.Value)) is { Key: { } field, Value: { } column }
        ? $"there is no column '{column}', which {field} is mapped to, found {string.Join(", ", header.Fields)}"
        : !PromptNames(names).Any(name => Has(header, name))
        ? $"the first line must be a header with prompt, question or messages, found {string.Join(", ", header.Fields)}"
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

        var expected = Find(fields, "expected");
        if (_isQuestionAnswer && expected is not null && PublishedForm.IsGsm8kAnswer(expected))
        {
            throw new FormatException(
                $"{_names.NameOf("expected")} is a solution as gsm8k has them (#### 18), which is no expected answer; map the column of it");
        }

        return ChoiceField.Expect(new DatasetItem(Find(fields, "id") ?? FormattableString.Invariant($"{record.Line}"), ReadPrompt(fields))
        {
            Category = Find(fields, "category") ?? "",
            Expected = expected is null ? [] : [expected],
            Choices = choices,
            CorrectChoice = Find(fields, "answer") is { } answer ? ChoiceField.Find(_names.NameOf("answer")!, answer, choices) : null,
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
                throw new FormatException($"{_names.NameOf("prompt") ?? "prompt"} must not be empty");
        }
    }

    /// <summary>What the column of the prompt may be called.</summary>
    private static IEnumerable<string> PromptNames(FieldNames names) =>
        new[] { names.NameOf("prompt"), names.NameOf("messages"), names.Mapped.ContainsKey("prompt") ? null : names.NameOf("question") }.OfType<string>();

    private static bool Has(CsvRecord header, string name) => NamesOf(header).Contains(name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> NamesOf(CsvRecord header) => header.Fields.Select(name => name.Trim());

    /// <summary>A field; null when it is empty or there is no such column.</summary>
    private string? Find(IReadOnlyList<string> fields, string field) =>
        _names.NameOf(field) is { } name && _places.TryGetValue(name, out var place) && fields[place].Length > 0 ? fields[place] : null;

    private int PlaceOf(char letter) =>
        (_names.NameOf($"{ChoicePrefix}{char.ToLowerInvariant(letter)}") is { } name && _places.TryGetValue(name, out var place))
            || _places.TryGetValue($"{letter}", out place) ? place : -1;
}
