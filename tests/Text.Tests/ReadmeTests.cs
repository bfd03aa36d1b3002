using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LmDeploy.Tests.Checkouts;
using LmDeploy.Text.Tests.Tokenization;

namespace LmDeploy.Text.Tests;

/// <summary>The package's README: its samples are the code of this class, line by line, and they run.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string _page = File.ReadAllText(Checkout.File("src", "Text", "README.md"));

    [Fact]
    public void Samples_Run()
    {
        var output = new StringWriter();
        Run(TestData.Golden("qwen2"), output);
        output.ToString().ShouldMatch("^[0-9]+ tokens of [0-9]+\n");
        output.ToString().ShouldContain("What is 17 + 25?");
    }

    [Fact]
    public void Samples_AreCompiled()
    {
        var compiled = File.ReadAllLines(Checkout.File("tests", "Text.Tests", "ReadmeTests.cs")).Select(line => line.Trim()).ToHashSet();
        var lines = Sample().Matches(_page)
            .SelectMany(sample => sample.Groups[1].Value.Split('\n'))
            .Select(line => Comment().Replace(line, "").Trim())
            .Where(line => line.Length > 0 && line != "using LmDeploy.Text;") // The namespace of this class implies it.
            .ToList();
        lines.Count.ShouldBeGreaterThan(10);
        lines.Except(compiled).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_HaveAtMost120Columns() => _page.Split('\n').Where(line => line.EnumerateRunes().Count() > 120).ShouldBeEmpty();

    private static void Run(string folder, TextWriter Console)
    {
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.Load(folder);

        var tools = JsonElement.Parse("""
            [{"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {"type": "object"}}}]
            """);
        string prompt = template.Render([new TemplateMessage("user", "What is 17 + 25?")], tools);
        int[] ids = tokenizer.Encode(prompt, addSpecialTokens: false);
        Console.WriteLine($"{ids.Length} tokens of {tokenizer.VocabularySize}");

        var decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        foreach (var id in ids)
        {
            Console.Write(decoder.Append(id));
        }

        Console.WriteLine(decoder.Flush());

        string answer = template.Render(
            """[{"role": "user", "content": "What is 17 + 25?"}]""",
            options: new ChatTemplateOptions { Variables = new JsonObject { ["enable_thinking"] = false } });
        Console.WriteLine(answer);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex(" +// .*$")]
    private static partial Regex Comment();
}
