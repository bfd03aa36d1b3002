using System.Text;
using LmDeploy.Worker.Guided.Expressions;
using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Objects: the properties that are named, in their order, and behind them others where they are allowed.</summary>
internal static class ObjectSchema
{
    public static Rule Make(SchemaCompiler compiler, SchemaPlace place)
    {
        var others = OthersOf(compiler, place);
        var properties = PropertiesOf(compiler, place, others);
        var (network, json) = (compiler.Network, compiler.Json);
        var rule = network.AddRule();

        // Where an object stands that has no members so far, and one that has some.
        var none = network.AddLiteral(rule.Start, "{"u8);
        var some = network.AddNode();
        foreach (var (name, value, isRequired) in properties)
        {
            var (nextNone, nextSome) = (network.AddNode(), network.AddNode());
            if (!isRequired)
            {
                network.AddEmpty(none, nextNone);
                network.AddEmpty(some, nextSome);
            }

            var named = network.AddLiteral(AddMember(compiler, none, some), ConstantSchema.Quote(name));
            network.AddCall(json.AddSeparator(named, ":"u8), value, nextSome);
            (none, some) = (nextNone, nextSome);
        }

        if (others is { } other)
        {
            var named = network.AddNode();
            WriteOtherName(network, network.AddLiteral(AddMember(compiler, none, some), "\""u8), [.. properties.Select(property => property.Name)], named);
            network.AddCall(json.AddSeparator(named, ":"u8), other, some);
        }

        network.AddBytes(none, (byte)'}', (byte)'}', rule.End);
        network.AddBytes(some, (byte)'}', (byte)'}', rule.End);
        return rule;
    }

    /// <summary>The rule of members that are not named; null where there may be none.</summary>
    private static Rule? OthersOf(SchemaCompiler compiler, SchemaPlace place)
    {
        if (place.Find("additionalProperties") is not { } additional)
        {
            return place.Has("properties") ? null : compiler.Json.Value;
        }

        return additional.Element.ValueKind == System.Text.Json.JsonValueKind.False ? null : compiler.InnerRuleOf(additional);
    }

    private static List<(string Name, Rule Value, bool IsRequired)> PropertiesOf(SchemaCompiler compiler, SchemaPlace place, Rule? others)
    {
        var required = place.Find("required")?.Items() ?? [];
        var names = required.Select(name => name.AsText()).ToHashSet(StringComparer.Ordinal);
        var properties = (place.Find("properties")?.Members() ?? [])
            .Select(member => (member.Name, compiler.InnerRuleOf(member.Value), names.Contains(member.Name)))
            .ToList();
        foreach (var name in required.Where(name => !properties.Exists(property => property.Name == name.AsText())))
        {
            var isClosed = place.Has("additionalProperties") && others is null;
            properties.Add((name.AsText(), others ?? (isClosed ? throw name.Refuse($"required names \"{name.AsText()}\", which is not allowed") : compiler.Json.Value), true));
        }

        return properties;
    }

    /// <returns>The node where a member begins, after a comma where it is not the first.</returns>
    private static int AddMember(SchemaCompiler compiler, int none, int some)
    {
        var member = compiler.Network.AddNode();
        compiler.Network.AddEmpty(none, member);
        compiler.Network.AddEmpty(compiler.Json.AddSeparator(some, ","u8), member);
        return member;
    }

    /// <summary>Adds ways over the rest of a name, quotation mark included, that is none of the others. It has no escapes.</summary>
    private static void WriteOtherName(NetworkBuilder network, int from, IReadOnlyList<string> names, int to)
    {
        var free = network.AddNode();
        PlainCharacters.Write(network, free, JsonCharacters.Unescaped, free);
        network.AddBytes(free, (byte)'"', (byte)'"', to);
        var spelled = names.Select(name => name.EnumerateRunes().ToArray()).Where(name => name.All(rune => JsonCharacters.Unescaped.Contains(rune.Value)));
        WriteBranches(network, from, [.. spelled], 0, (free, to));
    }

    private static void WriteBranches(NetworkBuilder network, int from, IReadOnlyList<Rune[]> names, int length, (int Free, int End) to)
    {
        if (!names.Any(name => name.Length == length))
        {
            network.AddBytes(from, (byte)'"', (byte)'"', to.End);
        }

        var branches = names.Where(name => name.Length > length).GroupBy(name => name[length].Value).ToArray();
        PlainCharacters.Write(network, from, JsonCharacters.Unescaped.Except(CodePointSet.Of([.. branches.Select(branch => branch.Key)])), to.Free);
        foreach (var branch in branches)
        {
            var next = network.AddNode();
            PlainCharacters.Write(network, from, CodePointSet.Of(branch.Key), next);
            WriteBranches(network, next, [.. branch], length + 1, to);
        }
    }
}
