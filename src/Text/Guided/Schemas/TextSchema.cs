using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Strings: of a length, with a pattern or in a format.</summary>
internal static class TextSchema
{
    private const string Date =
        @"(?:[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
        + @"|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)";

    private const string Time = @"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)";
    private const string Hex = "[0-9A-Fa-f]";
    private const string Label = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,30}[0-9A-Za-z])?";
    private const string Local = "[0-9A-Za-z_%+-]{1,20}";

    private static readonly Dictionary<string, string> _formats = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = $"{Hex}{{8}}-{Hex}{{4}}-{Hex}{{4}}-{Hex}{{4}}-{Hex}{{12}}",
        ["email"] = $@"{Local}(?:\.{Local}){{0,2}}@{Label}(?:\.{Label}){{0,3}}\.[A-Za-z]{{2,10}}",
    };

    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        var isMeasured = schemas.Has("minLength") || schemas.Has("maxLength");
        var pattern = PatternOf(schemas, isMeasured);
        var format = FormatOf(schemas, compiler.Warnings, pattern is not null || isMeasured);
        if (pattern is not null)
        {
            return compiler.Json.Containing(pattern);
        }

        if (format is not null)
        {
            return compiler.Json.Quoted(format);
        }

        var (least, most) = (schemas.Least("minLength"), schemas.Most("maxLength"));
        return least > most ? compiler.Nothing(schemas.Place, $"minLength is {least}, but maxLength is {most}") : compiler.Json.Characters(least, most);
    }

    private static string? PatternOf(Conjunction schemas, bool isMeasured)
    {
        var patterns = schemas.All("pattern").DistinctBy(place => place.AsText()).ToList();
        if (patterns.Count > 1)
        {
            throw patterns[1].Refuse("a pattern beside another one is not supported");
        }

        return patterns.Count == 0 ? null
            : !isMeasured ? patterns[0].AsText()
            : throw patterns[0].Refuse($"pattern beside {(schemas.Has("minLength") ? "minLength" : "maxLength")} is not supported");
    }

    /// <summary>The expression of the first format that can be kept to. JSON Schema calls formats annotations: what cannot be honoured is only said.</summary>
    private static string? FormatOf(Conjunction schemas, SchemaWarnings warnings, bool isRestricted)
    {
        string? kept = null;
        foreach (var format in schemas.All("format").DistinctBy(place => place.AsText()))
        {
            var expression = _formats.GetValueOrDefault(format.AsText());
            if (expression is not null && kept is null && !isRestricted)
            {
                kept = expression;
            }
            else
            {
                warnings.Add(format, expression is null
                    ? $"the format \"{format.AsText()}\" is not kept to; those that are kept to are {string.Join(", ", _formats.Keys)}"
                    : $"the format \"{format.AsText()}\" is not kept to beside pattern, a length or another format");
            }
        }

        return kept;
    }
}
