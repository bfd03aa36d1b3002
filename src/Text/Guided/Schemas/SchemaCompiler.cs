using System.Text.Json;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>
/// Makes a network of a JSON schema: each text that it matches is a value that fits the schema. Properties come in the schema's order; unless
/// additionalProperties or items say otherwise, there are none beside those that are named. What cannot be honoured is refused.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MostPositions = 1_000_000;
    private const int Deepest = 300;

    private readonly Dictionary<string, Rule> _known = new(StringComparer.Ordinal);
    private readonly List<string> _beforeAnyByte = [];
    private readonly CancellationToken _cancellationToken;
    private string? _contradiction;
    private int _depth;

    private SchemaCompiler(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        Network = new NetworkBuilder(MostPositions);
        Json = new JsonRules(Network);
    }

    public NetworkBuilder Network { get; }

    public JsonRules Json { get; }

    public SchemaWarnings Warnings { get; } = new();

    /// <exception cref="Errors.EngineException">What is not supported or contradicts itself, and where it is.</exception>
    public static (Network Network, IReadOnlyList<string> Warnings) Compile(JsonElement schema, CancellationToken cancellationToken = default)
    {
        var compiler = new SchemaCompiler(cancellationToken);
        var rule = compiler.RuleOf(SchemaPlace.Root(schema));
        return (compiler.Network.Build(rule, compiler.Json.Character, compiler._contradiction), compiler.Warnings.Texts);
    }

    /// <summary>The network of all JSON objects.</summary>
    public static Network AnyObject()
    {
        var compiler = new SchemaCompiler(CancellationToken.None);
        return compiler.Network.Build(compiler.Json.Object, compiler.Json.Character);
    }

    /// <summary>The rule of values that begin after some byte of another value and fit all of some schemas.</summary>
    public Rule InnerRuleOf(IEnumerable<SchemaPlace> schemas)
    {
        string[] before = [.. _beforeAnyByte];
        _beforeAnyByte.Clear();
        var all = Conjunction.Anything();
        foreach (var schema in schemas)
        {
            all.Add(schema, Warnings);
        }

        var rule = RuleOf(all);
        _beforeAnyByte.AddRange(before);
        return rule;
    }

    /// <summary>A rule that nothing fits, because schemas contradict themselves or each other.</summary>
    public Rule Nothing(SchemaPlace place, string problem)
    {
        _contradiction ??= place.Describe(problem);
        return Network.AddRule();
    }

    private Rule RuleOf(SchemaPlace schema)
    {
        var all = Conjunction.Anything();
        all.Add(schema, Warnings);
        return RuleOf(all);
    }

    private Rule RuleOf(Conjunction schemas)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var key = schemas.Key;
        if (_beforeAnyByte.Contains(key))
        {
            throw schemas.Place.Refuse("the schema refers to itself with no object or array in between");
        }

        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (++_depth > Deepest)
        {
            throw schemas.Place.Refuse($"schemas are nested more than {Deepest} deep");
        }

        var rule = Network.AddRule();
        _known.Add(key, rule);
        _beforeAnyByte.Add(key);
        Write(schemas, rule);
        _beforeAnyByte.RemoveAt(_beforeAnyByte.Count - 1);
        _depth--;
        return rule;
    }

    private void Write(Conjunction schemas, Rule rule)
    {
        if (schemas.False is { } none)
        {
            Network.AddCall(rule.Start, Nothing(none, "no value fits the schema false"), rule.End);
        }
        else if (schemas.Choice is { } choice)
        {
            foreach (var alternative in Conjunction.Schemas(choice))
            {
                Network.AddCall(rule.Start, RuleOf(schemas.Choose(alternative, Warnings)), rule.End);
            }
        }
        else if (schemas.Has("const") || schemas.Has("enum"))
        {
            Network.AddCall(rule.Start, ConstantSchema.Make(this, schemas), rule.End);
        }
        else
        {
            WriteTypes(schemas, rule);
        }
    }

    private void WriteTypes(Conjunction schemas, Rule rule)
    {
        if (SchemaTypes.Of(schemas) is not { } types)
        {
            Network.AddCall(rule.Start, Json.Value, rule.End);
            return;
        }

        if (types.Count == 0)
        {
            Network.AddCall(rule.Start, Nothing(schemas.Place, "no type is allowed by all that is said of it"), rule.End);
        }

        foreach (var type in types)
        {
            var made = type switch
            {
                "object" => ObjectSchema.Make(this, schemas),
                "array" => ArraySchema.Make(this, schemas),
                "string" => TextSchema.Make(this, schemas),
                "number" => NumberSchema.Make(this, schemas),
                "integer" => IntegerSchema.Make(this, schemas),
                "boolean" => Json.Boolean,
                _ => Json.Null,
            };
            Network.AddCall(rule.Start, made, rule.End);
        }
    }
}
