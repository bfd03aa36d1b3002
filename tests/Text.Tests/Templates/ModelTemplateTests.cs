using System.Text.Json;
using LmDeploy.V1;
using LmDeploy.Text.Templates;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>How a model's template is found and what it is rendered with.</summary>
public sealed class ModelTemplateTests : IDisposable
{
    private static readonly JsonElement Messages = JsonDocument.Parse("""[{"role": "user", "content": "Hi"}]""").RootElement;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("templates");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Find_ReturnsNullWithoutATemplate()
    {
        ModelTemplate.Find(_folder.FullName).ShouldBeNull();
        Write("tokenizer_config.json", """{"bos_token": "<s>", "chat_template": null}""");
        ModelTemplate.Find(_folder.FullName).ShouldBeNull();
    }

    [Fact]
    public void Find_PrefersTheTemplateFile()
    {
        Write("tokenizer_config.json", """{"chat_template": "config"}""");
        Rendered().ShouldBe("config");
        Write("chat_template.json", """{"chat_template": "json"}""");
        Rendered().ShouldBe("json");
        Write("chat_template.jinja", "jinja");
        Rendered().ShouldBe("jinja");
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]}""")]
    [InlineData("""{"chat_template": {"default": "plain", "tool_use": "tools"}}""")]
    public void Find_UsesTheToolTemplateWhenToolsAreGiven(string config)
    {
        Write("tokenizer_config.json", config);
        Rendered().ShouldBe("plain");
        Rendered(new ChatTemplateInput { Messages = Messages, Tools = JsonDocument.Parse("[]").RootElement }).ShouldBe("tools");
    }

    [Theory]
    [InlineData("additional_chat_templates")]
    [InlineData("chat_templates")]
    public void Find_ReadsAdditionalTemplateFiles(string folder)
    {
        _folder.CreateSubdirectory(folder);
        Write("chat_template.jinja", "plain");
        Write($"{folder}/tool_use.jinja", "tools");
        Rendered().ShouldBe("plain");
        Rendered(new ChatTemplateInput { Messages = Messages, Tools = JsonDocument.Parse("[]").RootElement }).ShouldBe("tools");
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("""{"chat_template": 5}""", "must be a string")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""", "must be a string")]
    [InlineData("""{"chat_template": [5]}""", "must be a string")]
    [InlineData("""{"chat_template": "\ud800"}""", "not JSON")]
    [InlineData("""{"chat_template": [{"name": "rag", "template": "x"}]}""", "no template named 'default'")]
    [InlineData("""{"chat_template": "{% if %}"}""", "Expected an expression")]
    public void Find_RejectsWhatIsNoTemplate(string config, string message)
    {
        Write("tokenizer_config.json", config);
        var error = Should.Throw<ModelTemplateException>(() => ModelTemplate.Find(_folder.FullName));
        error.Code.ShouldBe(ErrorCodes.InvalidTemplate);
        error.Message.ShouldContain(message);
        error.Subject.ShouldBe("tokenizer_config.json");
    }

    [Fact]
    public void Render_DefinesTheInputAsTransformersDoes()
    {
        var template = ModelTemplate.Parse(
            "{{ bos_token }}{{ messages[0].content }}|{{ tools is none }}|{{ tools is defined }}|{{ tools == none }}|{{ tools is iterable }}|{{ documents }}"
            + "|{{ add_generation_prompt }}|{{ enable_thinking }}|{{ eos_token }}",
            "test.jinja");
        var input = new ChatTemplateInput
        {
            Messages = Messages,
            SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" },
            Arguments = JsonDocument.Parse("""{"enable_thinking": false, "eos_token": "<end>"}""").RootElement,
        };
        template.Render(input).ShouldBe("<s>Hi|True|True|True|False|None|True|False|<end>");
        template.Render(input with { AddGenerationPrompt = false, Documents = Messages }).ShouldContain("|[{'role': 'user', 'content': 'Hi'}]|False|");
    }

    [Fact]
    public void Render_LoopsOverOmittedToolsAsOverNone() =>
        ModelTemplate.Parse("[{% for tool in tools %}x{% endfor %}]", "test.jinja").Render(new ChatTemplateInput { Messages = Messages }).ShouldBe("[]");

    [Fact]
    public void Render_RejectsTextThatIsNotUnicode() =>
        Should.Throw<ModelTemplateException>(() => ModelTemplate.Parse("x", "test.jinja").Render(
            new ChatTemplateInput { Messages = JsonDocument.Parse("""[{"content": "\ud800"}]""").RootElement }))
            .Message.ShouldContain("not valid Unicode");

    [Fact]
    public void Render_KeepsIntegersAndFloatsOfTheInputApart() =>
        Render.Text("{{ a }}|{{ b }}|{{ c }}|{{ d }}|{{ e }}", """{"a": 1, "b": 1.0, "c": 1e2, "d": 123456789012345678901234567890, "e": -0}""")
            .ShouldBe("1|1.0|100.0|123456789012345678901234567890|0");

    [Fact]
    public void Render_RejectsAnIntegerTooLongToRead() =>
        Render.Error("x", $$"""{"a": {{new string('9', 5000)}}}""").Message.ShouldContain("more than 4300 digits");

    [Fact]
    public void Render_CanRunOnManyThreads()
    {
        var template = ModelTemplate.Parse("{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "test.jinja");
        Parallel.For(0, 200, n => template.Render(new ChatTemplateInput { Messages = Messages, Arguments = JsonSerializer.SerializeToElement(new { n }) })
            .ShouldBe((n * (n - 1) / 2).ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private string Rendered(ChatTemplateInput? input = null) =>
        ModelTemplate.Find(_folder.FullName)!.Render(input ?? new ChatTemplateInput { Messages = Messages });

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder.FullName, file), text);
}
