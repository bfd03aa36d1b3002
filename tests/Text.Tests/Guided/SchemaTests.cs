using System.Text.Json;
using CsCheck;
using LmDeploy.V1;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided.Networks;
using LmDeploy.Text.Guided.Schemas;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Schemas as automata: what they let through fits, and what they cannot honour is refused.</summary>
public sealed class SchemaTests
{
    private const string Person = """
        {"type": "object", "title": "Person", "required": ["name", "tags"], "additionalProperties": false, "properties": {
          "name": {"type": "string", "minLength": 1, "maxLength": 5}, "age": {"type": "integer", "minimum": -3, "maximum": 120},
          "tags": {"type": "array", "items": {"enum": ["a", "b\"c", "é", 1.5, null, {"x": [1]}]}, "minItems": 1, "maxItems": 3}}}
        """;

    private const string Tree = """
        {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "required": ["value"], "properties": {
          "value": {"type": ["integer", "null"]}, "left": {"$ref": "#/$defs/node"}, "more": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}
        """;

    public static TheoryData<string> Schemas =>
    [
        Person, Tree, "true", "{}", """{"type": "object"}""", """{"type": "array"}""",
            """{"type": "string"}""", """{"type": "number"}""", """{"type": "integer"}""",
        """{"type": "integer", "minimum": 17, "exclusiveMaximum": 2024}""",
            """{"type": "integer", "maximum": -5}""", """{"type": "integer", "exclusiveMinimum": 0.5}""",
        """{"type": "number", "minimum": 0, "maximum": 1}""",
            """{"type": "number", "exclusiveMinimum": -2, "exclusiveMaximum": 3}""", """{"type": "number", "maximum": -7}""",
        """{"type": "number", "exclusiveMinimum": 0}""", """{"type": "number", "minimum": -120, "maximum": -100}""",
        """{"type": "string", "pattern": "^[a-z]{2,4}\\d+$"}""", """{"type": "string", "pattern": "^[b-d]{0,2}a\"|^\\\\b$"}""",
            """{"type": "string", "pattern": "^[a-c\\n\\\"]{3}$"}""",
        """{"type": "string", "format": "date"}""", """{"type": "string", "format": "time"}""", """{"type": "string", "format": "date-time"}""",
        """{"type": "string", "format": "uuid"}""", """{"type": "string", "format": "email"}""", """{"type": "string", "minLength": 3}""",
        """{"properties": {"ab": {"type": "integer"}, "a": {"type": "null"}, "é": {"const": 1}},"""
        + """ "required": ["a"], "additionalProperties": {"type": "boolean"}}""",
        """{"type": "object", "additionalProperties": {"type": "integer"}}""", """{"type": "object", "required": ["x"]}""",
        """{"properties": {"a": {"type": "null"}}, "additionalProperties": true}""",
        """{"type": "object", "minProperties": 1}""", """{"type": "object", "maxProperties": 2, "additionalProperties": {"type": "null"}}""",
        """{"properties": {"a": {"type": "null"}, "b": {"type": "null"}, "c": {"type": "null"}, "d": {"type": "null"}},"""
        + """ "required": ["c"], "minProperties": 2, "maxProperties": 3}""",
        """{"properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "minProperties": 3, "maxProperties": 4, "additionalProperties": """
        + """{"type": "integer"}}""",
        """{"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": {"type": "null"}, "minItems": 1}""",
            """{"prefixItems": [true, {"type": "null"}]}""",
        """{"type": "array", "items": {"type": "integer"}, "maxItems": 0}""", """{"type": "array", "items": {"type": "integer"}, "minItems": 2}""",
        """{"anyOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},"""
        + """ {"type": "object", "properties": {"a": {"type": "string"}}}]}""",
        """{"type": "number", "minimum": 0.5, "maximum": 1.5}""", """{"type": "number", "exclusiveMinimum": -0.125, "exclusiveMaximum": 0.25}""",
            """{"type": "number", "exclusiveMinimum": 3.14}""",
        """{"type": "number", "minimum": 1.25, "maximum": 1.2503}""", """{"type": "number", "exclusiveMaximum": -99.9}""",
            """{"type": "number", "minimum": 0.5, "exclusiveMinimum": true, "maximum": 7}""",
        """{"type": "number", "minimum": -1.7976931348623157E+308, "maximum": 0.1}""",
            """{"type": "integer", "minimum": 3, "exclusiveMinimum": true, "maximum": 5, "exclusiveMaximum": false}""",
        """{"type": "object", "required": ["kind"], "anyOf": [{"properties": {"kind": {"const": "cat"}, "purrs": {"type": "boolean"}}},"""
        + """ {"properties": {"kind": {"const": "dog"}, "legs": {"type": "integer"}}, "required": ["legs"]}]}""",
        """{"properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}""",
        """{"allOf": [{"properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]}, {"properties": {"a": {"type": "number", "minimum": 4},"""
        + """ "b": {"type": "null"}}, "additionalProperties": {"type": "boolean"}}]}""",
        """{"$ref": "#/$defs/x", "minItems": 1, "$defs": {"x": {"type": "array", "items": {"type": "null"}, "maxItems": 2}}}""",
            """{"type": ["number", "string"], "allOf": [{"type": ["integer", "null"]}]}""",
        """{"items": [{"type": "integer"}, {"type": "null"}], "additionalItems": {"type": "boolean"}, "minItems": 1}""",
            """{"items": [{"type": "integer"}], "additionalItems": false}""",
        """{"allOf": [{"prefixItems": [{"type": "integer"}], "items": {"type": ["null", "boolean"]}},"""
        + """ {"prefixItems": [true, {"type": "null"}], "items": {"type": "boolean"}}], "minItems": 2}""",
        """{"properties": {"a": false, "b": {"type": "null"}}}""", """{"anyOf": [false, {"type": "null"}]}""",
            """{"allOf": [{"enum": [1, 2, "x"]}, {"enum": ["x", 2]}]}""", """{"enum": [1, "x"], "anyOf": [{"type": "string"}]}""",
        """{"type": "string", "minLength": 2, "maxLength": 6, "x-y": {"not": 1}}""", """{"type": "array", "items": {"type": "null"}, "maxItems": 10000000}""",
        """{"enum": ["a", "bcd", "efghi", 5, 7.5, -1], "minLength": 2, "maxLength": 4, "minimum": 0, "exclusiveMaximum": 7.5}""",
            """{"type": "array", "uniqueItems": true, "maxItems": 1}""",
        """{"type": "object", "patternProperties": {}, "dependencies": {}, "dependentRequired": {"a": []}, "propertyNames": {"type": "string"},"""
        + """ "unevaluatedProperties": true, "if": {"required": ["a"]}}""",
        """{"type": "integer", "multipleOf": 1.0, "not": false}""",
        """{"oneOf": [{"const": "x"}, {"type": "null"}]}""", """{"allOf": [{"type": "boolean"}]}""", """{"type": "integer", "enum": [1, "a", 2.0]}""",
    ];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void DrawnTexts_ParseAndFit(string schema)
    {
        using var json = JsonDocument.Parse(schema);
        var (network, _) = SchemaCompiler.Compile(json.RootElement);
        var drawn = 0;
        Gen.Int.Sample(seed =>
        {
            if (network.Draw(new Random(seed), 400) is { } text)
            {
                using var value = JsonDocument.Parse(text);
                new SchemaCheck(json.RootElement).Fits(value.RootElement, json.RootElement).ShouldBeTrue(text);
                Interlocked.Increment(ref drawn);
            }
        }, iter: 200);
        drawn.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void AnyObject_IsAnObject() => Gen.Int.Sample(seed =>
    {
        if (SchemaCompiler.AnyObject().Draw(new Random(seed), 300) is { } text)
        {
            using var value = JsonDocument.Parse(text);
            value.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
        }
    }, iter: 200);

    [Theory]
    [InlineData(Person, """{"name":"Bo","age":42,"tags":["a",null]}""", """{"name":"Bo","tags":[]}""")]
    [InlineData(Person, """{"name": "\n\"é", "tags": ["b\"c", 1.5, {"x":[1]}]}""", """{"tags":["a"],"name":"Bo"}""")]
    [InlineData(Person, """{"name":"😀😀😀😀😀","tags":["a"]}""", """{"name":"123456","tags":["a"]}""")]
    [InlineData(Tree, """{"value":1,"left":{"value":null,"more":[{"value":3},{"value":4,"left":{"value":5}}]}}""", """{"value":1,"left":{}}""")]
    [InlineData("true", """[1, -2.5e10, "\u00e9\ud83d\ude00", {"a": {}}, [], true, null]""", """["\ud83d"]""")]
    [InlineData("true", "0", "01")]
    [InlineData("""{"type": "integer", "minimum": 17, "maximum": 2024}""", "1999", "2025")]
    [InlineData("""{"type": "integer", "minimum": -17}""", "-17", "-18")]
    [InlineData("""{"type": "number", "minimum": 0, "exclusiveMaximum": 1}""", "0.75", "1")]
    [InlineData("""{"type": "number", "exclusiveMinimum": -1}""", "-0.5", "-1")]
    [InlineData("""{"type": "string", "pattern": "b"}""", "\"abc\"", "\"ac\"")]
    [InlineData("""{"type": "string", "pattern": "a\"|\\\\b$"}""", """ "xa\"y" """, """ "\\bx" """)]
    [InlineData("""{"type": "string", "format": "date"}""", "\"2024-02-29\"", "\"2023-02-29\"")]
    [InlineData("""{"name": "x", "schema": {"type": "null"}}""", "null", "{}")]
    [InlineData("""{"properties": {"schema": {"type": "null"}}}""", """{"schema":null}""", """{"name":null}""")]
    [InlineData("""{"properties": {"ab": {"type": "null"}}, "additionalProperties": true}""", """{"abc":1, "a":2}""", """{"ab":1}""")]
    [InlineData("""{"properties": {"next": {"$ref": "#"}}}""", """{"next":{"next":{}}}""", """{"next":1}""")]
    [InlineData("""{"type": "object", "minProperties": 1}""", """{"a": 1, "b": 2}""", "{}")]
    [InlineData("""{"type": "object", "maxProperties": 2}""", """{"a": 1, "b": 2}""", """{"a": 1, "b": 2, "c": 3}""")]
    [InlineData("""{"type": "object", "maxProperties": 0}""", "{}", """{"a": 1}""")]
    [InlineData("""{"properties": {"a": {}, "b": {}, "c": {}}, "minProperties": 2, "maxProperties": 2}""",
        """{"a": 1, "c": 2}""", """{"a": 1, "b": 2, "c": 3}""")]
    [InlineData("""{"properties": {"a": {}, "b": {}, "c": {}}, "minProperties": 2}""", """{"a": 1, "b": 2, "c": 3}""", """{"c": 1}""")]
    [InlineData("""{"properties": {"a": {}}, "minProperties": 2, "additionalProperties": true}""", """{"a": 1, "x": 2, "y": 3}""", """{"x": 1, "x": 3}""")]
    [InlineData("""{"type": "object"}""", "{\"a\": 1, \"b\": 2}", "{\"a\":  1}")]
    public void Values_AreLetThrough(string schema, string fits, string doesNot)
    {
        var network = Compile(schema);
        network.Matches(fits.Trim()).ShouldBeTrue();
        network.Matches(doesNot.Trim()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"type": "string", "format": "uri"}""", "\"a b\"", "#/format: the format \"uri\"")]
    [InlineData("""{"type": "string", "format": "email", "maxLength": 3}""", "\"a b\"", "#/format: the format \"email\"")]
    [InlineData("""{"properties": {"a": {"type": "null", "minLenght": 2}}}""", """{"a":null}""", "#/properties/a/minLenght")]
    public void WhatIsNotKeptTo_IsSaid(string schema, string fits, string warning)
    {
        using var json = JsonDocument.Parse(schema);
        var (network, warnings) = SchemaCompiler.Compile(json.RootElement);
        network.Matches(fits).ShouldBeTrue();
        warnings.ShouldHaveSingleItem().ShouldContain(warning);
    }

    [Fact]
    public void Annotations_ChangeNothing_AndAreNotWarnedOf()
    {
        using var json = JsonDocument.Parse("""
            {"$schema": "x", "$id": "http://a/b", "id": "y", "title": "t", "type": "null", "readOnly": true,
             "example": 1, "examples": [2], "x-order": {"not": {}}, "deprecated": false,
             "contentEncoding": "base64", "$comment": "c", "default": null, "$anchor": "z"}
            """);
        var (network, warnings) = SchemaCompiler.Compile(json.RootElement);
        network.Matches("null").ShouldBeTrue();
        network.Matches("1").ShouldBeFalse();
        warnings.ShouldBeEmpty();
    }

    [Fact]
    public void ManyWarnings_AreCutShort()
    {
        var properties = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"p{i}\": {{\"type\": \"string\", \"format\": \"uri\"}}"));
        using var json = JsonDocument.Parse($"{{\"properties\": {{{properties}}}}}");
        var (_, warnings) = SchemaCompiler.Compile(json.RootElement);
        warnings.Count.ShouldBe(21);
        warnings[^1].ShouldContain("980 more");
    }

    [Theory]
    [InlineData("""{"properties": {"f": {"$id": "f", "properties": {"v": {"const": 1}, "kids": {"items": {"$ref": "#"}}}}}}""",
        """{"f":{"v":1,"kids":[{"v":1}]}}""", """{"f":{"kids":[{"f":{}}]}}""")]
    [InlineData("""{"properties": {"f": {"$id": "f", "$ref": "#/definitions/P", "definitions": {"P": {"const": 1}}}}, "definitions": {"P": {"const": 2}}}""",
        """{"f":1}""", """{"f":2}""")]
    [InlineData("""{"properties": {"f": {"$id": "#f", "$ref": "#/definitions/P"}}, "definitions": {"P": {"const": 2}}}""", """{"f":2}""", """{"f":1}""")]
    [InlineData("""{"$id": "http://a/b#", "properties": {"f": {"$ref": "http://a/b#/definitions/P"}}, "definitions": {"P": {"const": 2}}}""",
        """{"f":2}""", """{"f":1}""")]
    [InlineData("""{"properties": {"x": {"items": {"const": 1}}, "y": {"items": {"$ref": "#/properties/x/items"}}}}""", """{"y":[1,1]}""", """{"y":[2]}""")]
    [InlineData(
        """{"properties": {"a": {"$ref": "#/$defs/r/properties/x"}}, "$defs": {"r": {"$id": "r", "properties": {"x": {"$ref": "#/$defs/k"}},"""
        + """ "$defs": {"k": {"const": 3}}}}}""",
        """{"a":3}""",
        """{"a":2}""")]
    public void References_LeadIntoTheirOwnResource(string schema, string fits, string doesNot) => Values_AreLetThrough(schema, fits, doesNot);

    [Theory]
    [InlineData("""{"type": "object", "patternProperties": {"^a": {"type": "null"}}}""", "#/patternProperties", "patternProperties is not supported")]
    [InlineData("""{"properties": {"a": {"type": "array", "contains": {}}}}""", "#/properties/a/contains", "contains is not supported")]
    [InlineData("""{"properties": {"a": {"type": "array", "uniqueItems": true}}}""", "#/properties/a/uniqueItems", "uniqueItems is not supported")]
    [InlineData("""{"type": "number", "multipleOf": 2}""", "#/multipleOf", "multipleOf")]
    [InlineData("""{"type": "object", "minProperties": 2}""", "#/minProperties", "one more than the 0")]
    [InlineData("""{"properties": {"a": {}}, "minProperties": 2}""", "#/minProperties", "at most 1")]
    [InlineData("""{"properties": {"a": {}, "b": {}}, "required": ["a", "b"], "maxProperties": 1}""", "#/maxProperties", "2 are needed")]
    [InlineData("""{"type": "object", "minProperties": 1, "maxProperties": 0}""", "#/maxProperties", "1 are needed")]
    [InlineData("""{"type": "object", "maxProperties": 1000000}""", "too large", "")]
    [InlineData("""{"not": {}}""", "#/not", "not is not supported")]
    [InlineData("""{"anyOf": []}""", "#/anyOf", "no schema")]
    [InlineData("""{"enum": []}""", "#", "no values")]
    [InlineData("""{"type": "string", "enum": [1]}""", "#", "type")]
    [InlineData("""{"type": "string", "pattern": "a", "minLength": 2}""", "#/pattern", "beside minLength")]
    [InlineData("""{"type": "string", "pattern": "a(?=b)"}""", "lookaround", "position 1")]
    [InlineData("""{"type": "string", "minLength": 3, "maxLength": 2}""", "#", "minLength is 3")]
    [InlineData("""{"type": "array", "minItems": 3, "maxItems": 2}""", "#", "minItems is 3")]
    [InlineData("""{"type": "integer", "minimum": 3, "maximum": 2}""", "#", "no integer")]
    [InlineData("""{"type": "number", "minimum": 3, "maximum": 2}""", "#", "no number")]
    [InlineData("""{"type": "number", "minimum": 0.00000000000000001}""", "#", "more than 16 digits")]
    [InlineData("""{"type": "object", "anyOf": [{"type": "null"}, {"type": "string"}]}""", "#", "no type")]
    [InlineData("""{"allOf": [{"const": 1}, {"const": 2}]}""", "#", "no value")]
    [InlineData("""{"allOf": [{"pattern": "a"}, {"pattern": "b"}]}""", "#/allOf/1/pattern", "another one")]
    [InlineData("""{"allOf": [{"$ref": "#"}]}""", "#", "refers to itself")]
    [InlineData("""{"enum": ["a"], "pattern": "a"}""", "#/pattern", "beside enum")]
    [InlineData("""{"if": {}, "then": {}}""", "#/if", "if is not supported")]
    [InlineData("""{"propertyNames": {"maxLength": 2}}""", "#/propertyNames", "not supported")]
    [InlineData("""{"dependentRequired": {"a": ["b"]}}""", "#/dependentRequired", "not supported")]
    [InlineData("""{"unevaluatedProperties": false}""", "#/unevaluatedProperties", "not supported")]
    [InlineData("""{"type": "integer", "minimum": 0.2, "maximum": 0.8}""", "#", "no integer")]
    [InlineData("""{"required": ["b"], "properties": {"a": {}}, "additionalProperties": false}""", "#/required/0", "\"b\"")]
    [InlineData("""{"properties": {"a": false}, "required": ["a"]}""", "#/properties/a", "no value")]
    [InlineData("""{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}""", "no finite text", "")]
    [InlineData("""{"$ref": "#"}""", "#", "refers to itself")]
    [InlineData("""{"$ref": "#/$defs/x"}""", "#/$ref", "there is no")]
    [InlineData("""{"$ref": "http://example.com"}""", "#/$ref", "within the schema")]
    [InlineData("""{"type": "text"}""", "#/type", "no type")]
    [InlineData("[]", "#", "object")]
    public void WhatCannotBeHonoured_IsRefused_WithItsPlace(string schema, string place, string problem)
    {
        var refused = Should.Throw<EngineException>(() => Compile(schema));
        refused.Code.ShouldBe(ErrorCodes.InvalidRequest);
        refused.Subject.ShouldBe("response_format");
        refused.Message.ShouldContain(place);
        refused.Message.ShouldContain(problem);
    }

    private static Network Compile(string schema)
    {
        using var json = JsonDocument.Parse(schema);
        return SchemaCompiler.Compile(SchemaWrapper.Unwrap(json.RootElement)).Network;
    }
}
