using System.Text.Json;
using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Arrays: first the items of prefixItems, then any number of others where items allows them.</summary>
internal static class ArraySchema
{
    public static Rule Make(SchemaCompiler compiler, SchemaPlace place)
    {
        if (place.Find("uniqueItems") is { Element.ValueKind: not JsonValueKind.False } unique)
        {
            throw unique.Refuse("the keyword uniqueItems is not supported");
        }

        Rule[] first = [.. (place.Find("prefixItems")?.Items() ?? []).Select(compiler.InnerRuleOf)];
        var others = OthersOf(compiler, place);
        var least = place.Find("minItems")?.AsCount() ?? 0;
        var most = place.Find("maxItems")?.AsCount();
        if (others is null)
        {
            most = Math.Min(most ?? first.Length, first.Length);
        }

        if (least > most)
        {
            throw place.Refuse($"minItems is {least}, but there are at most {most} items");
        }

        return Make(compiler, i => i < first.Length ? first[i] : others!.Value, least, most, first.Length);
    }

    private static Rule Make(SchemaCompiler compiler, Func<int, Rule> itemAt, int least, int? most, int firstItems)
    {
        var (network, json) = (compiler.Network, compiler.Json);
        var rule = network.AddRule();
        var node = network.AddLiteral(rule.Start, "["u8);
        var counted = most ?? Math.Max(Math.Max(least, firstItems), 1);
        for (var i = 0; i <= counted; i++)
        {
            if (i >= least)
            {
                network.AddBytes(node, (byte)']', (byte)']', rule.End);
            }

            if (i == counted && most is not null)
            {
                break;
            }

            var next = i == counted ? node : network.AddNode();
            network.AddCall(i == 0 ? node : json.AddSeparator(node, ","u8), itemAt(i), next);
            node = next;
        }

        return rule;
    }

    /// <summary>The rule of items behind those of prefixItems; null where there may be none.</summary>
    private static Rule? OthersOf(SchemaCompiler compiler, SchemaPlace place)
    {
        if (place.Find("items") is not { } items)
        {
            return place.Has("prefixItems") ? null : compiler.Json.Value;
        }

        return items.Element.ValueKind == JsonValueKind.False ? null : compiler.InnerRuleOf(items);
    }
}
