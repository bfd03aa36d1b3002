#:project ../src/Text/LmDeploy.Text.csproj
#:property PublishAot=false

// A tokenizer and a chat template without a model: a prompt with tools, its tokens, and its text token by token.
using System.Text.Json;
using LmDeploy.Text;

const string Tools = """
    [{"type": "function", "function": {"name": "add", "description": "Adds two numbers.",
      "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}}}]
    """;
var folder = args.Length > 0 ? args[0] : Checkout.Model("boulder");
var tokenizer = Tokenizer.Load(folder);
var template = ChatTemplate.Load(folder);
if (!template.Source.Contains("tools", StringComparison.Ordinal))
{
    // The sample models know no tools. Any template can be used instead of the folder's.
    template = ChatTemplate.Parse("{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}" + template.Source);
}

var prompt = template.Render([new TemplateMessage("user", "What is 25 + 41?")], JsonElement.Parse(Tools));
Console.WriteLine(prompt);
Console.WriteLine($"{tokenizer.CountTokens(prompt, addSpecialTokens: false)} tokens, end token {tokenizer.EosToken} ({tokenizer.EosTokenId})");

var decoder = tokenizer.CreateDecoder();
foreach (var id in tokenizer.Encode("Ünïcödé 🦊", addSpecialTokens: false))
{
    Console.WriteLine($"{id,6} '{decoder.Append(id)}'");
}

Console.WriteLine($"   end '{decoder.Flush()}'");
