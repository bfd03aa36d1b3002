namespace LmDeploy.Text.Guided.Schemas;

/// <summary>
/// Schemas all of which a value has to fit: one, and those that it refers to or has in allOf; with the lists of alternatives that are still to be chosen from.
/// </summary>
internal sealed class Conjunction
{
    private readonly List<SchemaPlace> _parts;
    private readonly List<SchemaPlace> _choices;

    // Where those stand.
    private readonly HashSet<string> _known;

    private Conjunction(IEnumerable<SchemaPlace> parts, IEnumerable<SchemaPlace> choices)
    {
        (_parts, _choices) = ([.. parts], [.. choices]);
        _known = new HashSet<string>(_parts.Concat(_choices).Select(place => place.Path), StringComparer.Ordinal);
    }

    /// <summary>Says what nobody has to fit.</summary>
    public static Conjunction Anything() => new([], []);

    /// <summary>Whether a schema among them fits nothing.</summary>
    public SchemaPlace? False { get; private set; }

    /// <summary>The schemas that say something themselves; $ref, allOf, anyOf and oneOf of them are not to be looked at any more.</summary>
    public IReadOnlyList<SchemaPlace> Parts => _parts;

    /// <summary>The first list of which one schema has to fit; null for none.</summary>
    public SchemaPlace? Choice => _choices.Count > 0 ? _choices[0] : null;

    /// <summary>What tells it from others.</summary>
    public string Key =>
        string.Join(' ', _parts.Select(part => part.Path).Order(StringComparer.Ordinal))
        + '\n' + string.Join(' ', _choices.Select(choice => choice.Path)) + '\n' + False?.Path;

    /// <summary>Where to say that something is wrong between them.</summary>
    public SchemaPlace Place { get; private set; }

    /// <summary>The same with one of the alternatives instead of <see cref="Choice"/>.</summary>
    public Conjunction Choose(SchemaPlace alternative, SchemaWarnings warnings)
    {
        var chosen = new Conjunction(_parts, _choices.Skip(1)) { False = False, Place = alternative };
        chosen.Add(alternative, warnings);
        return chosen;
    }

    /// <summary>Adds a schema and all that it refers to.</summary>
    /// <exception cref="Errors.EngineException">It has a keyword that cannot be honoured, or refers to itself.</exception>
    public void Add(SchemaPlace schema, SchemaWarnings warnings)
    {
        Place = Place.Path is null ? schema : Place;
        Add(schema, warnings, []);
    }

    /// <summary>A keyword as the schemas have it.</summary>
    public IReadOnlyList<SchemaPlace> All(string keyword) => [.. _parts.Select(part => part.Find(keyword)).OfType<SchemaPlace>()];

    public bool Has(string keyword) => _parts.Exists(part => part.Has(keyword));

    /// <summary>The strictest of the least counts; 0 for none.</summary>
    public int Least(string keyword) => All(keyword).Select(place => place.AsCount()).DefaultIfEmpty().Max();

    /// <summary>The strictest of the most counts; null for none.</summary>
    public int? Most(string keyword) => All(keyword).Select(place => (int?)place.AsCount()).Min();

    private void Add(SchemaPlace schema, SchemaWarnings warnings, HashSet<string> within)
    {
        switch (schema.Element.ValueKind)
        {
            case System.Text.Json.JsonValueKind.True:
                return;
            case System.Text.Json.JsonValueKind.False:
                False ??= schema;
                return;
            case not System.Text.Json.JsonValueKind.Object:
                throw schema.Refuse("a schema is an object");
        }

        if (!within.Add(schema.Path))
        {
            throw schema.Refuse("the schema refers to itself with no object or array in between");
        }

        Look(schema, warnings);
        if (schema.Find("$ref") is { } reference)
        {
            Add(reference.Follow(), warnings, within);
        }

        foreach (var one in schema.Find("allOf") is { } all ? Schemas(all) : [])
        {
            Add(one, warnings, within);
        }

        string[] alternatives = ["anyOf", "oneOf"];
        foreach (var choice in alternatives.Select(keyword => schema.Find(keyword)).OfType<SchemaPlace>().Where(choice => _known.Add(choice.Path)))
        {
            _choices.Add(choice);
        }

        if (schema.Element.EnumerateObject().Any(member => SchemaKeywords.IsAboutValues(member.Name)) && _known.Add(schema.Path))
        {
            _parts.Add(schema);
        }

        within.Remove(schema.Path);
    }

    /// <summary>The schemas in allOf, anyOf or oneOf.</summary>
    public static IReadOnlyList<SchemaPlace> Schemas(SchemaPlace list) =>
        list.Items() is { Count: > 0 } schemas ? schemas : throw list.Refuse("there is no schema in it");

    private static void Look(SchemaPlace schema, SchemaWarnings warnings)
    {
        foreach (var member in schema.Element.EnumerateObject())
        {
            if (SchemaKeywords.IsUnsupported(member.Name) && !SchemaKeywords.IsIdle(schema, member))
            {
                throw schema.At(member.Value, member.Name).Refuse($"the keyword {member.Name} is not supported");
            }

            if (SchemaKeywords.IsUnknown(member.Name))
            {
                warnings.Add(schema.At(member.Value, member.Name), $"{member.Name} is no keyword of JSON Schema and changes nothing");
            }
        }
    }
}
