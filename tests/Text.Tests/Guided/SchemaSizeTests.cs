using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Answers;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Guided.Networks;
using LmDeploy.Text.Guided.Schemas;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Large schemas: what repeats is there once, and time and memory grow with the schema's length.</summary>
public sealed class SchemaSizeTests
{
    private static readonly GuideVocabulary _bytes = new(
        [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. Words("ab", "\"p", "{\"", "\":", ", \"", "}}", "12", "p1", "p12", " \"p")]);

    [Theory]
    [InlineData("""{"type": "integer"}""")]
    [InlineData("""{"type": "integer", "minimum": 3, "maximum": 99}""")]
    [InlineData("""{"type": "number", "minimum": 0.5}""")]
    [InlineData("""{"type": "string", "maxLength": 100000}""")]
    [InlineData("""{"type": "string", "format": "email"}""")]
    [InlineData("""{"type": "string", "pattern": "^[a-z]{3,40}$"}""")]
    [InlineData("""{"type": "array", "items": {"type": "integer"}, "maxItems": 100000}""")]
    public void EachPropertyOfOneKind_TakesAFewPositions(string kind)
    {
        var (few, many) = (Compile(Object(10, kind)).Size, Compile(Object(1010, kind)).Size);
        ((many - few) / 1000.0).ShouldBeLessThan(40);
    }

    [Theory]
    [InlineData("""{"type": "integer"}""", "", 5000)]
    [InlineData("""{"type": "string", "maxLength": 20}""", ", \"additionalProperties\": true", 5000)]
    [InlineData("""{"enum": ["a", "b", 3]}""", ", \"minProperties\": 2", 5000)]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}}}""", "", 1667)]
    public void FiveThousandProperties_AreAnswered(string kind, string more, int count)
    {
        foreach (
            var schema in new[] { Object(count, kind, more),
                """{"anyOf": [{"properties": {"name": {"const": "f"}, "parameters": """ + Object(count, kind, more) + """}}, {"type": "null"}]}""" })
        {
            var network = Compile(schema);
            var answer = new Guide(network, _bytes, _bytes).Begin();
            foreach (
                var value in Encoding.UTF8.GetBytes(schema.StartsWith("{\"any", StringComparison.Ordinal)
                    ? "{\"name\":\"f\",\"parameters\":{\"p17\":"
                    : "{\"p17\":"))
            {
                answer.AllowedWith(new HashSet<int>()).Contains(value).ShouldBeTrue($"{(char)value}");
                answer.TryAppend(value).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void NestedSchemas_CompileInTime_WhichGrowsWithTheirLength()
    {
        // Quadratic work would take minutes here: each has 10,000 to 100,000 elements.
        Compile(Object(20_000, """{"type": "integer"}""")).Size.ShouldBeGreaterThan(100_000);
        Compile($$"""{"enum": [{{string.Join(',', Enumerable.Range(0, 100_000))}}]}""").Size.ShouldBeLessThan(200_000);
        var required = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"r{i}\""));
        Compile($$"""{"type": "object", "required": [{{required}}]}""").Size.ShouldBeGreaterThan(100_000);
        Compile(
            $$"""{"anyOf": [{{string.Join(',', Enumerable.Range(0, 100_000).Select(_ => """{"type": "integer"}"""))}}]}""").Size.ShouldBeGreaterThan(100_000);
        Compile(
            """{"properties": {""" + $"\"{new string('n', 100_000)}\""
            + """: {"type": "null"}}, "additionalProperties": true}""").Size.ShouldBeGreaterThan(100_000);
        Compile($"{{\"type\": \"null\", {Listed(100_000, i => $"\"w{i}\": 1")}}}").Size.ShouldBeLessThan(1000);
        Compile($"{{\"allOf\": [{Listed(100_000, i => $"{{\"type\": \"string\", \"minLength\": {i % 5}}}")}]}}").Size.ShouldBeLessThan(1000);
        Compile($"{{\"allOf\": [{Listed(10_000, i => $"{{\"properties\": {{\"p{i}\": {{\"type\": \"null\"}}}}}}")}]}}").Size.ShouldBeGreaterThan(100_000);
        Compile($"{{\"allOf\": [{{\"enum\": [{Listed(100_000, i => $"{i}")}]}}, {{\"enum\": [{Listed(100_000, i => $"{i + 99_999}")}]}}]}}")
            .Matches("99999").ShouldBeTrue();
        Compile(
            $"{{\"$defs\": {{{Listed(20_000, i => $"\"d{i}\": {{\"type\": \"null\"}}")}}},"
            + $" \"properties\": {{{Listed(20_000, i => $"\"p{i}\": {{\"$ref\": \"#/$defs/d{i}\"}}")}}}}}").Size.ShouldBeGreaterThan(100_000);
        Should.Throw<EngineException>(() => Compile(Object(100_000, "true"))).Message.ShouldContain("1000000 positions");
    }

    [Fact]
    public void CompilingEnds_WhenNobodyWaitsForIt()
    {
        using var json = JsonDocument.Parse(Object(1000, "true"));
        Should.Throw<OperationCanceledException>(() => SchemaCompiler.Compile(json.RootElement, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void EnumsInCommon_AreTheSameValuesHoweverTheyAreWritten()
    {
        var network = Compile("""{"allOf": [{"enum": [1, "a", {"x": 1, "y": [2.0, null]}, true]}, {"enum": [1.0, "\u0061", {"y": [2, null], "x": 1e0}]}]}""");
        network.Matches("1").ShouldBeTrue();
        network.Matches("\"a\"").ShouldBeTrue();
        network.Matches("""{"x":1,"y":[2.0,null]}""").ShouldBeTrue();
        network.Matches("true").ShouldBeFalse();
    }

    [Fact]
    public void FormatBesideGivenValues_IsAnAnnotation()
    {
        using var json = JsonDocument.Parse("""{"type": "string", "enum": ["a"], "format": "uri"}""");
        var (network, warnings) = SchemaCompiler.Compile(json.RootElement);
        network.Matches("\"a\"").ShouldBeTrue();
        warnings.ShouldHaveSingleItem().ShouldContain("#/format");
    }

    [Fact]
    public void ForcedCalls_OfManyTools_Compile()
    {
        var functions = Enumerable.Range(0, 128).ToDictionary(i => $"tool_{i}", i => (JsonElement?)JsonElement.Parse(Object(6, """{"type": "integer"}""")));
        var network = Compile(CallSchema.Of(functions, null));
        network.Matches("""{"name":"tool_77","parameters":{"p2":5, "p4":-12}}""").ShouldBeTrue();
        network.Matches("""{"name":"tool_77","parameters":{"p2":"x"}}""").ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"type": "string", "maxLength": 40}""")]
    [InlineData("""{"type": "string", "minLength": 30, "maxLength": 1000}""")]
    [InlineData("""{"type": "string", "minLength": 500}""")]
    public void StringOfALength_CostsPerToken_WhatAPlainOneCosts(string schema)
    {
        var words = Enumerable.Range(0, 20_000).Select(i => $"{(char)('a' + (i % 26))}{(char)('a' + (i / 26 % 26))}{i}").ToArray();
        var vocabulary = new GuideVocabulary([.. Words("\"", "a", "ab", "\\n", "\"}", "é"), .. Words(words)]);
        WorkOf(schema, vocabulary).ShouldBeLessThan(WorkOf("""{"type": "string"}""", vocabulary) + (30 * 1000));
    }

    /// <returns>The work of the masks of an answer of 30 characters.</returns>
    private static long WorkOf(string schema, GuideVocabulary vocabulary)
    {
        var answer = new Guide(Compile(schema), vocabulary, vocabulary).Begin();
        answer.TryAppend(0).ShouldBeTrue();
        var work = long.MaxValue;
        for (var i = 0; i < 30; i++)
        {
            answer.Prepare(ref work).ShouldBeTrue();
            answer.TryAppend(1).ShouldBeTrue();
        }

        return long.MaxValue - work;
    }

    private static string Object(int count, string kind, string more = "") =>
        $"{{\"type\": \"object\", \"properties\": {{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\": {kind}"))}}}{more}}}";

    private static string Listed(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));

    private static byte[][] Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    private static Network Compile(string schema)
    {
        using var json = JsonDocument.Parse(schema);
        return SchemaCompiler.Compile(json.RootElement).Network;
    }
}
