using System.Text.Json;
using LmDeploy.Worker.Errors;
using LmDeploy.Worker.Templates;

namespace LmDeploy.Worker.Tests.Templates;

/// <summary>Renders templates for tests.</summary>
internal static class Render
{
    /// <summary>Renders a template with the members of a JSON object as variables.</summary>
    public static string Text(string template, string variables = "{}", CancellationToken cancellationToken = default) =>
        Text(template, JsonDocument.Parse(variables).RootElement, cancellationToken);

    public static string Text(string template, JsonElement variables, CancellationToken cancellationToken = default) =>
        ChatTemplate.Parse(template, "test.jinja").Render(Input(variables) with { CancellationToken = cancellationToken });

    /// <summary>The error that rendering, or parsing, ends in.</summary>
    public static TemplateException Error(string template, string variables = "{}") =>
        Should.Throw<EngineException>(() => Text(template, variables)).ShouldBeOfType<TemplateException>();

    public static ChatTemplateInput Input(JsonElement variables) => new()
    {
        Messages = variables.TryGetProperty("messages", out var messages) ? messages : JsonDocument.Parse("[]").RootElement,
        Tools = variables.TryGetProperty("tools", out var tools) ? tools : null,
        Documents = variables.TryGetProperty("documents", out var documents) ? documents : null,
        AddGenerationPrompt = variables.TryGetProperty("add_generation_prompt", out var prompts) && prompts.GetBoolean(),
        Arguments = variables,
        Clock = new FixedClock(),
    };
}
