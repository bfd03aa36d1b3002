#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// Answers that fit a JSON schema, or a regular expression.
using System.Text.Json;
using LmDeploy;

const string Schema = """
    {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150}},
     "required": ["name", "age"], "additionalProperties": false}
    """;
await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("cairn"));

var answer = await pipe.InferAsync(
    "Extract name and age as JSON: Nora turned 54 last week.", new GenerationConfig { ResponseFormat = ResponseFormat.JsonSchema(Schema) });
using var json = JsonDocument.Parse(answer.Text);
Console.WriteLine($"{json.RootElement.GetProperty("name").GetString()} is {json.RootElement.GetProperty("age").GetInt32()}: {answer.Text}");

var digits = await pipe.InferAsync("What is 25 + 41?", new GenerationConfig { ResponseFormat = ResponseFormat.Regex("[0-9]{1,3}") });
Console.WriteLine($"by a regular expression: {digits.Text}");
