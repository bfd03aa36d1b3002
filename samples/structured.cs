#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// Answers that fit a JSON schema. The sample models have never seen JSON: its form is right all the same, what it says need not be.
using System.Text.Json;
using LmDeploy;

const string Schema = """
    {"type": "object", "properties": {"sum": {"type": "integer", "minimum": 0, "maximum": 999}, "sure": {"enum": ["yes", "no"]}},
     "required": ["sum", "sure"], "additionalProperties": false}
    """;
await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));

var answer = await pipe.InferAsync("What is 25 + 41?", new GenerationConfig { ResponseFormat = ResponseFormat.JsonSchema(Schema) });
using var json = JsonDocument.Parse(answer.Text);
Console.WriteLine($"{answer.Text} has sum {json.RootElement.GetProperty("sum").GetInt32()}");

var digits = await pipe.InferAsync("What is 25 + 41?", new GenerationConfig { ResponseFormat = ResponseFormat.Regex("[0-9]{1,3}") });
Console.WriteLine($"by a regular expression: {digits.Text}");
