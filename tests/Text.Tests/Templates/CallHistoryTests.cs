using System.Text.Json;
using LmDeploy.Text.Templates;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Calls in a conversation are rendered, whatever the template wants of them.</summary>
public sealed class CallHistoryTests
{
    private const string Tools =
        """[{"type":"function","function":{"name":"get_weather","description":"","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]""";

    /// <summary>A JSON text that is none of an object.</summary>
    private const string Broken = """
        "{\"city\":"
        """;

    /// <summary>As transformers: they have no place for calls in a conversation, or cannot be rendered with a tool's result.</summary>
    private static readonly string[] _withoutCalls =
        ["HuggingFaceTB-SmolLM3-3B", "LFM2.5-Instruct", "Kimi-K2-Thinking", "MiroThinker", "google-gemma-2-2b-it", "llama-cpp-deepseek-r1"];

    [Theory]
    [InlineData(
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{% for k, v in c.function.arguments|items %}{{ k }}={{ v }};{% endfor %}{% endfor %}"
        + "{{ m.content }}{% endfor %}",
        "?city=Ås;Wait.!")]
    [InlineData(
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ '[' + c.function.name + c.function.arguments + ']' }}{% endfor %}"
        + "{{ m.content }}{% endfor %}",
        "?[get_weather{\"city\":\"Ås\"}]Wait.!")]
    [InlineData(
        "{% for m in messages %}{% if m.content is none %}{% for c in m.tool_calls %}{{ '[' + c.function.name + c.function.arguments + ']' }}{% endfor %}"
        + "{% else %}{{ m.content }}{% endif %}{% endfor %}",
        "?Wait.[get_weather{\"city\":\"Ås\"}]!")]
    public void Calls_AreInTheStyleOfTheTemplate(string source, string rendered) => Render(source, "Wait.").ShouldBe(rendered);

    [Fact]
    public void ATemplateThatRendersNoCalls_IsGivenTheUsualStyle() => Render("{% for m in messages %}{{ m.content }}{% endfor %}", "Wait.").ShouldBe("?Wait.!");

    [SharedFact]
    public void EveryRealTemplate_RendersTheCall()
    {
        foreach (var file in Directory.GetFiles(SharedData.PathOf("templates"), "*.jinja")
            .Where(file => !_withoutCalls.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            var rendered = Render(File.ReadAllText(file), "");
            rendered.ShouldContain("get_weather", customMessage: file);
            // Some write JSON in ASCII.
            (rendered.Contains("Ås", StringComparison.Ordinal) || rendered.Contains("\\u00c5s", StringComparison.Ordinal)).ShouldBeTrue(file);
        }
    }

    [Theory]
    [InlineData(
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}({% for k, v in c.function.arguments.items() %}{{ k }}{% endfor %}"
        + "){% endfor %}{{ m.content }}{% endfor %}",
        "?get_weather()Wait.!")]
    [InlineData(
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}"
        + "{{ m.content }}{% endfor %}",
        "?get_weather\"{\\\"city\\\":\"Wait.!")]
    [InlineData(
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ '[' + c.function.name + c.function.arguments + ']' }}{% endfor %}"
        + "{{ m.content }}{% endfor %}",
        "?[get_weather{\"city\":]Wait.!")]
    public void ArgumentsThatAModelBrokeOff_AreShownAsTheyAre_OrNotAtAll(string source, string rendered) => Render(source, "Wait.", Broken).ShouldBe(rendered);

    [SharedFact]
    public void NoRealTemplate_FailsWithBrokenArguments()
    {
        foreach (var file in Directory.GetFiles(SharedData.PathOf("templates"), "*.jinja")
            .Where(file => !_withoutCalls.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            Render(File.ReadAllText(file), "", Broken).ShouldContain("get_weather", customMessage: file);
        }
    }

    private static string Render(string source, string content, string arguments = """{"city":"Ås"}""")
    {
        var template = ModelTemplate.Parse(source, "t");
        var messages = JsonSerializer.SerializeToElement(JsonDocument.Parse("""
            [{"role":"user","content":"?"},
             {"role":"assistant","content":"CONTENT","tool_calls":[
               {"id":"c23456789","type":"function","function":{"name":"get_weather","arguments":ARGUMENTS}}]},
             {"role":"tool","tool_call_id":"c23456789","name":"get_weather","content":"!"}]
            """.Replace("CONTENT", content, StringComparison.Ordinal).Replace("ARGUMENTS", arguments, StringComparison.Ordinal)).RootElement);
        var tokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        CallHistory.HasCalls(messages).ShouldBeTrue();
        return template.Render(new ChatTemplateInput
        {
            Messages = CallHistory.Adapt(messages, new CallStyleProbe(template, tokens).StyleOf(hasTools: true)),
            Tools = JsonDocument.Parse(Tools).RootElement,
            SpecialTokens = tokens,
        });
    }
}
