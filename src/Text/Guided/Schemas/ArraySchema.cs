using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Arrays: first the items that have schemas of their own, then any number of others where they are allowed.</summary>
internal static class ArraySchema
{
    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        ItemSchemas[] items = [.. schemas.Parts.Select(ItemSchemas.Of)];
        var first = Enumerable.Range(0, items.Max(part => part.First.Count))
            .Select(i => compiler.InnerRuleOf(items.Select(part => i < part.First.Count ? part.First[i] : part.Others).OfType<SchemaPlace>())).ToArray();
        var others = OthersOf(compiler, items);
        var least = schemas.Least("minItems");
        var most = schemas.Most("maxItems");
        if (others is null)
        {
            var allowed = items.Where(part => part.ForbidsOthers).Select(part => part.First.Count).DefaultIfEmpty(first.Length).Min();
            most = Math.Min(most ?? allowed, allowed);
        }

        return least > most
            ? compiler.Nothing(schemas.Place, $"minItems is {least}, but there are at most {most} items")
            : Make(compiler, first, others, least, most);
    }

    private static Rule Make(SchemaCompiler compiler, Rule[] first, Rule? others, int least, int? most)
    {
        var network = compiler.Network;
        var rule = network.AddRule();
        var close = network.AddNode();
        network.AddBytes(close, (byte)']', (byte)']', rule.End);
        var node = network.AddLiteral(rule.Start, "["u8);

        // The first of all items has no comma before it.
        var single = others is not null && first.Length == 0 ? [others.Value] : first;
        for (var i = 0; i < single.Length && (most is null || i < most); i++)
        {
            if (i >= least)
            {
                network.AddEmpty(node, close);
            }

            var next = network.AddNode();
            network.AddCall(i == 0 ? node : compiler.Json.AddSeparator(node, ","u8), single[i], next);
            node = next;
        }

        if (others is { } other && !(most <= single.Length))
        {
            var more = network.AddRule();
            network.AddCall(compiler.Json.AddSeparator(more.Start, ","u8), other, more.End);
            network.AddRepeat(node, more, Math.Max(least - single.Length, 0), most - single.Length, close);
        }
        else
        {
            network.AddEmpty(node, close);
        }

        return rule;
    }

    /// <summary>The rule of the other items; null where there may be none.</summary>
    private static Rule? OthersOf(SchemaCompiler compiler, ItemSchemas[] items)
    {
        if (items.Any(part => part.ForbidsOthers))
        {
            return null;
        }

        SchemaPlace[] given = [.. items.Select(part => part.Others).OfType<SchemaPlace>()];
        return given.Length > 0 ? compiler.InnerRuleOf(given) : items.All(part => part.First.Count == 0) ? compiler.Json.Value : null;
    }
}
