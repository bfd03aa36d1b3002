using System.Text.Json;
using LmDeploy.Worker.Errors;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>A schema and where it stands in the whole one.</summary>
/// <param name="Path">As in $ref: # and a JSON pointer.</param>
internal readonly record struct SchemaPlace(JsonElement Element, string Path)
{
    public SchemaPlace? Find(string keyword) =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out var value) ? new SchemaPlace(value, Below(keyword)) : null;

    public bool Has(string keyword) => Find(keyword) is not null;

    public IReadOnlyList<SchemaPlace> Items()
    {
        var place = this;
        return Element.ValueKind == JsonValueKind.Array
            ? [.. Element.EnumerateArray().Select((item, i) => new SchemaPlace(item, place.Below($"{i}")))]
            : throw Refuse("an array is needed");
    }

    /// <summary>Names and values of an object; of those with one name the last.</summary>
    public IReadOnlyList<(string Name, SchemaPlace Value)> Members()
    {
        var place = this;
        return Element.ValueKind == JsonValueKind.Object
            ? [.. Element.EnumerateObject().GroupBy(member => member.Name).Select(same => (same.Key, new SchemaPlace(same.Last().Value, place.Below(same.Key))))]
            : throw Refuse("an object is needed");
    }

    public string AsText() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Refuse("a string is needed");

    public int AsCount() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDecimal(out var value) && value >= 0 && value <= int.MaxValue && value == decimal.Truncate(value)
        ? (int)value
        : throw Refuse("a whole number, 0 or more, is needed");

    public decimal AsNumber() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDecimal(out var value) ? value : throw Refuse("a number is needed");

    public EngineException Refuse(string problem) => GuideErrors.Refuse($"{Path}: {problem}");

    private string Below(string name) => $"{Path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
