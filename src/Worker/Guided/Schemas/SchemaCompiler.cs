using System.Text.Json;
using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>
/// Makes a network of a JSON schema: each text that it matches is a value that fits the schema. Properties come in the schema's order; unless
/// additionalProperties or items say otherwise, there are none beside those that are named. What cannot be honoured is refused.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MostPositions = 50_000;
    private const int Deepest = 300;

    private readonly SchemaPlace _root;
    private readonly Dictionary<string, Rule> _known = new(StringComparer.Ordinal);
    private readonly List<string> _beforeAnyByte = [];
    private int _depth;

    private SchemaCompiler(JsonElement schema)
    {
        _root = new SchemaPlace(schema, "#");
        Network = new NetworkBuilder(MostPositions);
        Json = new JsonRules(Network);
    }

    public NetworkBuilder Network { get; }

    public JsonRules Json { get; }

    /// <exception cref="Errors.EngineException">What is not supported or contradicts itself, and where it is.</exception>
    public static Network Compile(JsonElement schema)
    {
        var compiler = new SchemaCompiler(schema);
        return compiler.Network.Build(compiler.RuleOf(compiler._root));
    }

    /// <summary>The network of all JSON objects.</summary>
    public static Network AnyObject()
    {
        var network = new NetworkBuilder(MostPositions);
        return network.Build(new JsonRules(network).Object);
    }

    /// <summary>The rule of a schema within another, whose values begin after some byte of the other's.</summary>
    public Rule InnerRuleOf(SchemaPlace place)
    {
        string[] before = [.. _beforeAnyByte];
        _beforeAnyByte.Clear();
        var rule = RuleOf(place);
        _beforeAnyByte.AddRange(before);
        return rule;
    }

    private Rule RuleOf(SchemaPlace place)
    {
        if (_beforeAnyByte.Contains(place.Path))
        {
            throw place.Refuse("the schema refers to itself with no object or array in between");
        }

        if (_known.TryGetValue(place.Path, out var known))
        {
            return known;
        }

        if (++_depth > Deepest)
        {
            throw place.Refuse($"schemas are nested more than {Deepest} deep");
        }

        var rule = Network.AddRule();
        _known.Add(place.Path, rule);
        _beforeAnyByte.Add(place.Path);
        Write(place, rule);
        _beforeAnyByte.RemoveAt(_beforeAnyByte.Count - 1);
        _depth--;
        return rule;
    }

    private void Write(SchemaPlace place, Rule rule)
    {
        switch (place.Element.ValueKind)
        {
            case JsonValueKind.True:
                Network.AddCall(rule.Start, Json.Value, rule.End);
                return;
            case JsonValueKind.False:
                throw place.Refuse("no value fits the schema false");
            case not JsonValueKind.Object:
                throw place.Refuse("a schema is an object");
        }

        foreach (var (name, value) in place.Members().Where(member => !SchemaKeywords.IsKnown(member.Name)))
        {
            throw value.Refuse($"the keyword {name} is not supported");
        }

        if (SchemaKeywords.Whole.FirstOrDefault(keyword => place.Has(keyword)) is { } whole)
        {
            RequireAlone(place, whole);
            WriteWhole(place, whole, rule);
        }
        else
        {
            WriteTypes(place, rule);
        }
    }

    private static void RequireAlone(SchemaPlace place, string keyword)
    {
        var others = place.Members().Where(member => member.Name != keyword && !SchemaKeywords.Annotations.Contains(member.Name));
        foreach (var (name, value) in others.Where(other => !(other.Name == "type" && keyword is "const" or "enum")))
        {
            throw value.Refuse($"{name} beside {keyword} is not supported");
        }
    }

    private void WriteWhole(SchemaPlace place, string keyword, Rule rule)
    {
        var value = place.Find(keyword)!.Value;
        switch (keyword)
        {
            case "$ref":
                Network.AddCall(rule.Start, RuleOf(SchemaReference.Find(_root, value)), rule.End);
                break;
            case "const" or "enum":
                ConstantSchema.Write(Network, place, rule);
                break;
            default:
                var alternatives = value.Items();
                if (alternatives.Count == 0 || (keyword == "allOf" && alternatives.Count > 1))
                {
                    throw value.Refuse(alternatives.Count == 0 ? $"{keyword} has no schema" : "allOf is supported with one schema only");
                }

                foreach (var alternative in alternatives)
                {
                    Network.AddCall(rule.Start, RuleOf(alternative), rule.End);
                }

                break;
        }
    }

    private void WriteTypes(SchemaPlace place, Rule rule)
    {
        var types = TypesOf(place);
        if (types.Count == 0)
        {
            Network.AddCall(rule.Start, Json.Value, rule.End);
        }

        foreach (var type in types)
        {
            var made = type switch
            {
                "object" => ObjectSchema.Make(this, place),
                "array" => ArraySchema.Make(this, place),
                "string" => TextSchema.Make(this, place),
                "number" => NumberSchema.Make(this, place),
                "integer" => IntegerSchema.Make(this, place),
                "boolean" => Json.Boolean,
                _ => Json.Null,
            };
            Network.AddCall(rule.Start, made, rule.End);
        }
    }

    /// <summary>The types as they are named or, where they are not, those that the other keywords are about; none for any value.</summary>
    private static IReadOnlyList<string> TypesOf(SchemaPlace place)
    {
        if (place.Find("type") is not { } type)
        {
            return [.. SchemaKeywords.Types.Where(about => about.Value.Any(keyword => place.Has(keyword))).Select(about => about.Key)];
        }

        var names = type.Element.ValueKind == JsonValueKind.Array ? type.Items() : [type];
        foreach (var name in names)
        {
            if (!SchemaKeywords.Types.ContainsKey(name.AsText()))
            {
                throw name.Refuse($"there is no type \"{name.AsText()}\"");
            }
        }

        return names.Count > 0 ? [.. names.Select(name => name.AsText()).Distinct()] : throw type.Refuse("type names no type");
    }
}
