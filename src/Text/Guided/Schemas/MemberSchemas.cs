using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>What schemas say of an object's members.</summary>
internal sealed class MemberSchemas
{
    private readonly List<(string Name, IReadOnlyList<SchemaPlace> Value)> _named = [];

    public MemberSchemas(Conjunction schemas)
    {
        var parts = schemas.Parts.Select(part => (Own: PropertiesOf(part), Others: part.Find("additionalProperties"))).ToList();
        var own = parts.SelectMany(part => part.Own).ToLookup(member => member.Key, member => member.Value, StringComparer.Ordinal);
        var restricting = parts.Where(part => part.Others is { Element.ValueKind: not JsonValueKind.True }).ToList();
        foreach (var same in own)
        {
            Names.Add(same.Key);
            _named.Add((same.Key, [.. same, .. restricting.Where(part => !part.Own.ContainsKey(same.Key)).Select(part => part.Others!.Value)]));
        }

        foreach (var name in schemas.All("required").SelectMany(required => required.Items()))
        {
            Required.TryAdd(name.AsText(), name);
        }

        SchemaPlace[] others = [.. parts.Select(part => part.Others).OfType<SchemaPlace>()];
        ForbidsOthers = others.Any(other => other.Element.ValueKind == JsonValueKind.False);
        Others = others.Length > 0 && !ForbidsOthers ? others : null;
        AllowsOthers = others.Length == 0 && !schemas.Has("properties");
    }

    /// <summary>The properties that are named, in their order, each with the schemas that its value has to fit.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<SchemaPlace> Value)> Named => _named;

    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of those that there have to be, and where that is said.</summary>
    public Dictionary<string, SchemaPlace> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>What the values of others have to fit; null where that is not said.</summary>
    public IReadOnlyList<SchemaPlace>? Others { get; }

    /// <summary>Whether there may be others of which nothing is said.</summary>
    public bool AllowsOthers { get; }

    /// <summary>Whether it is said that there may be no others.</summary>
    public bool ForbidsOthers { get; }

    private static Dictionary<string, SchemaPlace> PropertiesOf(SchemaPlace part) =>
        (part.Find("properties")?.Members() ?? []).ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
}
