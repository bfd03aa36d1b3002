using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>What a schema says of an array's items: prefixItems and items or, until draft 2019-09, an array of items and additionalItems.</summary>
/// <param name="First">The schemas of the first items, one each.</param>
/// <param name="Others">That of all others; null where nothing is said of them.</param>
internal readonly record struct ItemSchemas(IReadOnlyList<SchemaPlace> First, SchemaPlace? Others)
{
    public bool ForbidsOthers => Others is { Element.ValueKind: JsonValueKind.False };

    public static ItemSchemas Of(SchemaPlace schema) => schema.Find("items") is { Element.ValueKind: JsonValueKind.Array } tuple
        ? new ItemSchemas(tuple.Items(), schema.Find("additionalItems"))
        : new ItemSchemas(schema.Find("prefixItems")?.Items() ?? [], schema.Find("items"));
}
