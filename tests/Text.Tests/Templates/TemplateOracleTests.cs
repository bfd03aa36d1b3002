using System.Text.Json;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Real templates against what Jinja2 and transformers make of them.</summary>
public sealed class TemplateOracleTests
{
    [SharedFact]
    public void Render_MatchesJinjaOnRealTemplates()
    {
        List<string> failures = [];
        foreach (var entry in SharedData.Json("templates", "golden.json").EnumerateArray())
        {
            var file = entry.GetProperty("template").GetString()!;
            var source = File.ReadAllText(SharedData.PathOf("templates", file));
            Compare($"{file} {entry.GetProperty("case").GetString()}", source, entry.GetProperty("context"), entry, "rendered", failures);
        }

        failures.ShouldBeEmpty();
    }

    [SharedFact]
    public void Render_MatchesHuggingFaceConversations()
    {
        List<string> failures = [];
        foreach (var entry in SharedData.Json("templates", "conversations.json").EnumerateArray())
        {
            var source = entry.GetProperty("chat_template").GetString()!;
            Compare(entry.GetProperty("name").GetString()!, source, entry.GetProperty("data"), entry, "target", failures);
        }

        failures.ShouldBeEmpty();
    }

    [SharedFact]
    public void Render_MatchesLanguageCases()
    {
        List<string> failures = [];
        foreach (var entry in SharedData.Json("templates", "language.json").EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            if (!LanguageDifferences.Cases.ContainsKey(name))
            {
                Compare(name, entry.GetProperty("template").GetString()!, entry.GetProperty("context"), entry, "expected", failures);
            }
        }

        failures.ShouldBeEmpty();
    }

    [SharedFact]
    public void Render_FollowsPythonWhereLanguageCasesFollowJavaScript()
    {
        var cases = SharedData.Json("templates", "language.json").EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);
        List<string> failures = [];
        foreach (var (name, expected) in LanguageDifferences.Cases)
        {
            var rendered = Rendered(cases[name].GetProperty("template").GetString()!, cases[name].GetProperty("context"));
            if (!rendered.StartsWith(expected, StringComparison.Ordinal))
            {
                failures.Add($"{name}: {rendered}\nexpected {expected}");
            }
        }

        failures.ShouldBeEmpty();
    }

    [SharedFact]
    public void Render_MatchesTransformersOnGoldenCheckpoints()
    {
        List<string> failures = [];
        var count = 0;
        foreach (var folder in Directory.EnumerateDirectories(SharedData.PathOf("golden")))
        {
            var golden = SharedData.Json("golden", Path.GetFileName(folder), "golden.json");
            var template = ModelTemplate.Find(folder);
            foreach (var chat in golden.GetProperty("chat").EnumerateArray())
            {
                count++;
                var input = new ChatTemplateInput
                {
                    Messages = chat.GetProperty("messages"),
                    AddGenerationPrompt = chat.GetProperty("add_generation_prompt").GetBoolean(),
                    SpecialTokens = SpecialTokens(folder),
                };
                var rendered = template!.Render(input);
                if (rendered != chat.GetProperty("rendered").GetString())
                {
                    failures.Add($"{Path.GetFileName(folder)}: {rendered}\nexpected {chat.GetProperty("rendered").GetString()}");
                }
            }
        }

        failures.ShouldBeEmpty();
        count.ShouldBeGreaterThan(0);
    }

    [SharedFact]
    public void Find_ParsesTemplatesOfRealTokenizers() =>
        Directory.EnumerateDirectories(SharedData.PathOf("tokenizers"))
            .Count(folder => ModelTemplate.Find(folder) is not null)
            .ShouldBe(Directory.EnumerateFiles(SharedData.PathOf("tokenizers"), "tokenizer_config.json", SearchOption.AllDirectories)
                .Count(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement.TryGetProperty("chat_template", out _)));

    private static void Compare(string name, string source, JsonElement context, JsonElement entry, string member, List<string> failures)
    {
        var rendered = Rendered(source, context);
        var matches = entry.TryGetProperty(member, out var expected)
            ? rendered == expected.GetString()
            : rendered.StartsWith("error: " + entry.GetProperty("error").GetString(), StringComparison.Ordinal);
        if (!matches)
        {
            failures.Add($"{name}: {rendered}\nexpected {(expected.ValueKind == JsonValueKind.Undefined ? entry.GetProperty("error") : expected)}");
        }
    }

    private static string Rendered(string source, JsonElement context)
    {
        try
        {
            return Render.Text(source, context);
        }
        catch (EngineException exception)
        {
            return "error: " + exception.Message;
        }
    }

    private static Dictionary<string, string> SpecialTokens(string folder)
    {
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_config.json"))).RootElement;
        return config.EnumerateObject()
            .Where(member => member.Name.EndsWith("_token", StringComparison.Ordinal) && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Object)
            .ToDictionary(member => member.Name, member => member.Value.ValueKind == JsonValueKind.String
            ? member.Value.GetString()!
            : member.Value.GetProperty("content").GetString()!);
    }
}
