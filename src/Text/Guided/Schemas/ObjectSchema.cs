using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Objects: the properties that are named, in their order, and behind them others where they are allowed.</summary>
internal static class ObjectSchema
{
    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        var members = new MemberSchemas(schemas);
        var others = members.Others is { } given ? compiler.InnerRuleOf(given) : members.AllowsOthers ? compiler.Json.Value : (Rule?)null;
        var properties = new List<(string Name, Rule Value, bool IsRequired)>();
        foreach (var (name, value) in members.Named)
        {
            properties.Add((name, compiler.InnerRuleOf(value), members.Required.ContainsKey(name)));
        }

        foreach (var (name, place) in members.Required.Where(required => !members.Names.Contains(required.Key)))
        {
            properties.Add(
                (name, others
                    ?? (members.ForbidsOthers ? compiler.Nothing(place, $"required names \"{name}\", which is not allowed") : compiler.Json.Value), true));
        }

        return MemberCount.Of(schemas, properties.Count, members.Required.Count, others is not null) is { } count
            ? Write(compiler, properties, others, count)
            : compiler.Nothing(
                schemas.All("maxProperties").Concat(schemas.All("minProperties")).First(), Problem(schemas, properties.Count, members.Required.Count));
    }

    private static string Problem(Conjunction schemas, int named, int required)
    {
        var (least, most) = (schemas.Least("minProperties"), schemas.Most("maxProperties"));
        return least > most || required > most
            ? $"maxProperties is {most}, but {Math.Max(required, least)} are needed"
            : $"minProperties is {least}, but there are at most {named}";
    }

    /// <remarks>
    /// For each property there are nodes where it or a later one comes next, at once or behind a comma, and nodes behind the member before it; one for each
    /// count of members.
    /// </remarks>
    private static Rule Write(SchemaCompiler compiler, List<(string Name, Rule Value, bool IsRequired)> properties, Rule? others, MemberCount count)
    {
        var (network, json) = (compiler.Network, compiler.Json);
        var rule = network.AddRule();
        var lastRequired = properties.FindLastIndex(property => property.IsRequired);
        var due = count.AddNodes(network);
        var open = network.AddLiteral(rule.Start, "{"u8);
        network.AddEmpty(open, due[0]);
        if (count.Least == 0 && lastRequired < 0)
        {
            network.AddBytes(open, (byte)'}', (byte)'}', rule.End);
        }

        for (var i = 0; i < properties.Count; i++)
        {
            var (name, value, isRequired) = properties[i];
            var member = network.AddRule();
            network.AddCall(json.AddSeparator(network.AddLiteral(member.Start, ConstantSchema.Quote(name)), ":"u8), value, member.End);
            var (behind, next) = (count.AddNodes(network), count.AddNodes(network));
            for (var members = 0; members < due.Length; members++)
            {
                if (count.After(members) is { } more)
                {
                    network.AddCall(due[members], member, behind[more]);
                }

                if (!isRequired)
                {
                    network.AddEmpty(due[members], next[members]);
                }

                Leave(compiler, behind[members], lastRequired <= i && members >= count.Least, next[members], rule.End);
            }

            due = next;
        }

        if (others is { } other)
        {
            WriteOthers(compiler, OtherMember(compiler, [.. properties.Select(property => property.Name)], other), due, count, rule.End);
        }

        return rule;
    }

    /// <summary>Adds the ways behind a member: over a comma to the next one, and to the end where it may come.</summary>
    private static void Leave(SchemaCompiler compiler, int behind, bool mayEnd, int next, int end)
    {
        compiler.Network.AddEmpty(compiler.Json.AddSeparator(behind, ","u8), next);
        if (mayEnd)
        {
            compiler.Network.AddBytes(behind, (byte)'}', (byte)'}', end);
        }
    }

    /// <summary>Adds the ways over members that are not named. They may have one name, so that they count as one where so many are needed.</summary>
    private static void WriteOthers(SchemaCompiler compiler, Rule member, int[] due, MemberCount count, int end)
    {
        var network = compiler.Network;
        var (behind, next) = (count.AddNodes(network), count.AddNodes(network));
        for (var members = 0; members < due.Length; members++)
        {
            if (count.After(members) is { } more)
            {
                if (members + 1 >= count.Least)
                {
                    network.AddCall(due[members], member, behind[more]);
                }

                network.AddCall(next[members], member, behind[more]);
            }

            Leave(compiler, behind[members], mayEnd: true, next[members], end);
        }
    }

    private static Rule OtherMember(SchemaCompiler compiler, IReadOnlyList<string> names, Rule value)
    {
        var network = compiler.Network;
        var member = network.AddRule();
        var named = network.AddNode();
        OtherNames.Write(network, network.AddLiteral(member.Start, "\""u8), names, named);
        network.AddCall(compiler.Json.AddSeparator(named, ":"u8), value, member.End);
        return member;
    }
}
