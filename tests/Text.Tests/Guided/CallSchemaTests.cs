using System.Text.Json;
using LmDeploy.Answers;
using LmDeploy.Text.Guided.Networks;
using LmDeploy.Text.Guided.Schemas;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>The schemas of forced calls, as the compiler reads them.</summary>
public sealed class CallSchemaTests
{
    private const string Tree =
        """{"type":"object","properties":{"v":{"const":1},"kids":{"type":"array","items":{"$ref":"#"},"maxItems":2}}"""
        + ""","required":["v","kids"],"additionalProperties":false}""";
    private const string Definitions =
        """{"type":"object","properties":{"p":{"$ref":"#/definitions/P"},"q":{"$ref":"#/$defs/Q"}},"definitions":{"P":{"type":"boolean"}}"""
        + ""","$defs":{"Q":{"type":"null"}}}""";
    private const string Properties =
        """{"type":"object","properties":{"x":{"type":"array","items":{"type":"boolean"}},"y":{"type":"array","items":{"$ref":"#/properties/x/items"}}}}""";

    [Theory]
    [InlineData(Tree, """{"v":1,"kids":[{"v":1,"kids":[]}]}""", """{"v":1,"kids":[{"name":"f","parameters":{"v":1,"kids":[]}}]}""")]
    [InlineData(Definitions, """{"p":true,"q":null}""", """{"p":1}""")]
    [InlineData(Properties, """{"y":[true]}""", """{"y":[1]}""")]
    [InlineData("""{"$id":"http://example.com/f","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"const":5}}}""", """{"a":5}""", """{"a":6}""")]
    [InlineData("""{"properties":{"a":{"const":"$ref"},"$ref":{"const":"#"}}}""", """{"a":"$ref","$ref":"#"}""", """{"a":1}""")]
    [InlineData("{}", "{}", "42.7")]
    [InlineData("{}", "{}", """{"a":1}""")]
    [InlineData("""{"description":"any"}""", """{"a": [1]}""", "42.7")]
    [InlineData("""{"description":"none"}""", "{}", "[]")]
    [InlineData("""{"type":["object","null"],"properties":{"a":{"const":1}}}""", """{"a":1}""", "null")]
    [InlineData("""{"anyOf":[{"type":"null"},{"properties":{"a":{"const":1}}}]}""", """{"a":1}""", "null")]
    [InlineData(null, "{}", """{"a":1}""")]
    public void Arguments_FitTheFunctionsOwnSchema_AloneAndBesideOthers(string? parameters, string fits, string doesNot)
    {
        JsonElement? schema = parameters is null ? null : JsonElement.Parse(parameters);
        var alone = Compile(CallSchema.Of(new Dictionary<string, JsonElement?> { ["f"] = schema }, null));
        alone.Matches(fits).ShouldBeTrue();
        alone.Matches(doesNot).ShouldBeFalse();
        var functions = new Dictionary<string, JsonElement?> { ["e"] = JsonElement.Parse(Definitions), ["f"] = schema, ["g"] = JsonElement.Parse(Tree) };
        var one = Compile(CallSchema.Of(functions, null));
        one.Matches($$"""{"name":"f","parameters":{{fits}}}""").ShouldBeTrue();
        one.Matches($$"""{"name":"f","parameters":{{doesNot}}}""").ShouldBeFalse();
        Compile(CallSchema.Of(functions, "f")).Matches(fits).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"type":"object"}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"type":["null","object"]}""", true)]
    [InlineData("""{"type":"string"}""", false)]
    [InlineData("""{"type":["null","string"]}""", false)]
    public void SchemasOfOtherThings_AreKnown(string schema, bool isOfObjects) => CallSchema.AllowsObject(JsonElement.Parse(schema)).ShouldBe(isOfObjects);

    private static Network Compile(string schema)
    {
        using var json = JsonDocument.Parse(schema);
        return SchemaCompiler.Compile(json.RootElement).Network;
    }
}
