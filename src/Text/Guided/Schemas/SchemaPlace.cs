using System.Text.Json;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>A part of a schema and where it stands.</summary>
/// <param name="Path">In the whole schema, as in $ref: # and a JSON pointer.</param>
/// <param name="Resource">What its references lead into.</param>
internal readonly record struct SchemaPlace(JsonElement Element, string Path, SchemaResource Resource)
{
    /// <summary>A whole schema.</summary>
    public static SchemaPlace Root(JsonElement schema) => new(schema, "#", SchemaResource.Of(schema, "#") ?? new SchemaResource(schema, "#", ""));

    public SchemaPlace? Find(string keyword) =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out var value) ? At(value, keyword) : null;

    public bool Has(string keyword) => Find(keyword) is not null;

    /// <summary>What a member or an item of it is, which the caller has: to find a member again takes time in proportion to how many there are.</summary>
    public SchemaPlace At(JsonElement element, string name)
    {
        var path = $"{Path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        return new SchemaPlace(element, path, SchemaResource.Of(element, path) ?? Resource);
    }

    public IReadOnlyList<SchemaPlace> Items()
    {
        var place = this;
        return Element.ValueKind == JsonValueKind.Array
            ? [.. Element.EnumerateArray().Select((item, i) => place.At(item, $"{i}"))]
            : throw Refuse("an array is needed");
    }

    /// <summary>Names and values of an object; of those with one name the last.</summary>
    public IReadOnlyList<(string Name, SchemaPlace Value)> Members()
    {
        var place = this;
        return Element.ValueKind == JsonValueKind.Object
            ? [.. Element.EnumerateObject().GroupBy(member => member.Name).Select(same => (same.Key, place.At(same.Last().Value, same.Key)))]
            : throw Refuse("an object is needed");
    }

    /// <summary>
    /// What a $ref here refers to within the same resource: # and a JSON pointer (RFC 6901), with or without the resource's own $id before it.
    /// </summary>
    public SchemaPlace Follow()
    {
        var text = AsText();
        var pointer = Resource.Id.Length > 0 && text.StartsWith(Resource.Id, StringComparison.Ordinal) ? text[Resource.Id.Length..] : text;
        if (pointer is not ("" or "#") && !pointer.StartsWith("#/", StringComparison.Ordinal))
        {
            throw Refuse($"$ref is supported only within the schema, from #, got \"{text}\"");
        }

        var place = new SchemaPlace(Resource.Element, Resource.Path, Resource);
        foreach (var step in pointer.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            place = place.Step(name) ?? throw Refuse($"there is no {text}");
        }

        return place;
    }

    public string AsText() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Refuse("a string is needed");

    public int AsCount() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDecimal(out var value) && value >= 0 && value == decimal.Truncate(value)
        ? (int)Math.Min(value, int.MaxValue)
        : throw Refuse("a whole number, 0 or more, is needed");

    /// <summary>A number; one that no decimal can hold is the largest that one can, or the smallest.</summary>
    public decimal AsNumber() => Element.ValueKind != JsonValueKind.Number
        ? throw Refuse("a number is needed")
        : Element.TryGetDecimal(out var value) ? value : Element.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;

    public EngineException Refuse(string problem) => GuideErrors.Refuse(Describe(problem));

    /// <summary>A problem and where it is; within a resource that has a name, from there.</summary>
    public string Describe(string problem) => $"{(Resource.Path == "#" ? "#" : $"{Resource.Id}#")}{Path[Resource.Path.Length..]}: {problem}";

    private SchemaPlace? Step(string name) => Element.ValueKind != JsonValueKind.Array
        ? Resource.Find(this, name) is { } value ? At(value, name) : null
        : int.TryParse(name, out var index) && index >= 0 && index < Element.GetArrayLength() ? At(Element[index], name) : null;
}
