using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>The schema that references from # lead into: the whole one, or a part of it that has an $id (JSON Schema 2020-12 core, 8.2.1).</summary>
/// <param name="Path">Where it stands in the whole one: # and a JSON pointer.</param>
/// <param name="Id">Empty for none.</param>
internal sealed record SchemaResource(JsonElement Element, string Path, string Id)
{
    // Members of objects that references led through, by where the objects stand.
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _members = new(StringComparer.Ordinal);

    /// <summary>The resource that a schema begins; null where it only has a part in another one.</summary>
    public static SchemaResource? Of(JsonElement schema, string path) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$id", out var id)
            && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text && text[0] != '#'
            ? new SchemaResource(schema, path, text.TrimEnd('#'))
            : null;

    /// <summary>A member of an object that references lead through, again and again perhaps; null for none.</summary>
    public JsonElement? Find(SchemaPlace place, string name)
    {
        if (place.Element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (!_members.TryGetValue(place.Path, out var members))
        {
            _members[place.Path] = members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in place.Element.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }
        }

        return members.TryGetValue(name, out var value) ? value : null;
    }
}
