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
        var count = MemberCount.Of(place, properties.Count, properties.Count(property => property.IsRequired), others is not null);
        var (network, json) = (compiler.Network, compiler.Json);
        var rule = network.AddRule();

        // Where an object stands that has so many members so far.
        var at = count.AddNodes(network);
        network.AddEmpty(network.AddLiteral(rule.Start, "{"u8), at[0]);
        foreach (var (name, value, isRequired) in properties)
        {
            var member = network.AddRule();
            network.AddCall(json.AddSeparator(network.AddLiteral(member.Start, ConstantSchema.Quote(name)), ":"u8), value, member.End);
            var next = count.AddNodes(network);
            for (var members = 0; members < at.Length; members++)
            {
                if (!isRequired)
                {
                    network.AddEmpty(at[members], next[members]);
                }

                if (count.After(members) is { } more)
                {
                    network.AddCall(BeforeMember(compiler, at[members], members), member, next[more]);
                }
            }

            at = next;
        }

        for (var members = count.Least; members < at.Length; members++)
        {
            network.AddBytes(at[members], (byte)'}', (byte)'}', rule.End);
        }

        if (others is { } other)
        {
            string[] names = [.. properties.Select(property => property.Name)];
            WriteOthers(compiler, OtherMember(compiler, names, other), at, count, rule.End);
        }

        return rule;
    }

    /// <summary>Adds the ways over members that are not named. They may have one name, so that they count as one where so many are needed.</summary>
    private static void WriteOthers(SchemaCompiler compiler, Rule member, int[] at, MemberCount count, int end)
    {
        var network = compiler.Network;
        var behind = count.AddNodes(network);
        for (var members = 0; members < at.Length; members++)
        {
            if (count.After(members) is { } more)
            {
                if (members + 1 >= count.Least)
                {
                    network.AddCall(BeforeMember(compiler, at[members], members), member, behind[more]);
                }

                network.AddCall(BeforeMember(compiler, behind[members], members), member, behind[more]);
            }

            network.AddBytes(behind[members], (byte)'}', (byte)'}', end);
        }
    }

    private static Rule OtherMember(SchemaCompiler compiler, IReadOnlyList<string> names, Rule value)
    {
        var network = compiler.Network;
        var member = network.AddRule();
        var named = network.AddNode();
        WriteOtherName(network, network.AddLiteral(member.Start, "\""u8), names, named);
        network.AddCall(compiler.Json.AddSeparator(named, ":"u8), value, member.End);
        return member;
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

    /// <returns>The node where a member begins: behind a comma where it is not the first.</returns>
    private static int BeforeMember(SchemaCompiler compiler, int from, int members) => members == 0 ? from : compiler.Json.AddSeparator(from, ","u8);

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
