namespace LmDeploy.Evaluation.Datasets;

/// <summary>What a file calls the fields of a question: a field map, and the common names <c>question</c> and <c>answer</c>. Immutable.</summary>
internal sealed class FieldNames
{
    /// <summary>Fields beside the plain ones that a message names.</summary>
    private const int MostNamed = 3;

    private static readonly string[] _plain = ["prompt", "messages", "id", "category", "expected", "answer", "follow_ups"];

    private readonly Dictionary<string, string> _names;
    private readonly HashSet<string> _taken;

    private FieldNames(Dictionary<string, string> names)
    {
        _names = names;
        _taken = new HashSet<string>(names.Values, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Fields of a record in JSON.</summary>
    public static IReadOnlyList<string> OfJson { get; } =
        [.. _plain, "choices", "raw", "add_special_tokens", "add_generation_prompt", "tools", "chat_template_kwargs"];

    /// <summary>Columns.</summary>
    public static IReadOnlyList<string> OfCsv { get; } = [.. _plain, .. Enumerable.Range('a', 26).Select(letter => $"choice_{(char)letter}")];

    /// <summary>The fields that a map names, with the names they have in the file.</summary>
    public IReadOnlyDictionary<string, string> Mapped => _names;

    /// <param name="fields">For each field its name in the file; null for none.</param>
    /// <param name="known">The fields that there are.</param>
    /// <exception cref="ArgumentException">There is no such field, or its name is empty.</exception>
    public static FieldNames Of(IReadOnlyDictionary<string, string>? fields, IReadOnlyList<string> known)
    {
        foreach (var (field, name) in fields ?? new Dictionary<string, string>())
        {
            if (!known.Contains(field, StringComparer.Ordinal))
            {
                throw new ArgumentException(
                    $"There is no field '{field}' to map: expected one of {string.Join(", ", known.Take(_plain.Length + MostNamed))} ...", nameof(fields));
            }

            if (string.IsNullOrEmpty(name))
            {
                throw new ArgumentException($"The field {field} is mapped to an empty name.", nameof(fields));
            }
        }

        return new FieldNames(new Dictionary<string, string>(fields ?? new Dictionary<string, string>(), StringComparer.Ordinal));
    }

    /// <summary>What a field is called; null where a map gives its own name to another field.</summary>
    public string? NameOf(string field) => _names.TryGetValue(field, out var name) ? name : _taken.Contains(field) ? null : field;

    /// <summary>With <c>question</c> for the prompt, and <c>answer</c> for what is expected, where a record has them instead.</summary>
    /// <param name="has">Whether the record has a field of this name.</param>
    /// <param name="hasChoices">Whether the record has choices: then its answer is one of them.</param>
    public FieldNames WithCommonNames(Func<string, bool> has, bool hasChoices)
    {
        if (_names.ContainsKey("prompt") || Has("prompt") || Has("messages") || !Has("question"))
        {
            return this;
        }

        var names = new Dictionary<string, string>(_names, StringComparer.Ordinal) { ["prompt"] = "question" };
        if (!hasChoices && !Has("expected") && Has("answer") && !_names.ContainsKey("answer"))
        {
            names["expected"] = "answer";
        }

        return new FieldNames(names);

        bool Has(string field) => NameOf(field) is { } name && has(name);
    }
}
