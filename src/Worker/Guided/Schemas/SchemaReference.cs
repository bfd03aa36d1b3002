using System.Text.Json;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Finds what a $ref refers to within the same schema: # and a JSON pointer (RFC 6901).</summary>
internal static class SchemaReference
{
    public static SchemaPlace Find(SchemaPlace root, SchemaPlace reference)
    {
        var text = reference.AsText();
        if (text != "#" && !text.StartsWith("#/", StringComparison.Ordinal))
        {
            throw reference.Refuse($"$ref is supported only within the schema, from #, got \"{text}\"");
        }

        var place = root;
        foreach (var step in text.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var next = place.Element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < place.Items().Count
                ? place.Items()[index]
                : place.Find(name);
            place = next ?? throw reference.Refuse($"there is no {text}");
        }

        return place;
    }
}
