using System.Text.Json;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Renders templates for tests.</summary>
internal static class Render
{
    /// <summary>Renders a template with the members of a JSON object as variables.</summary>
    public static string Text(string template, string variables = "{}", CancellationToken cancellationToken = default) =>
        Text(template, JsonDocument.Parse(variables).RootElement, cancellationToken);

    public static string Text(string template, JsonElement variables, CancellationToken cancellationToken = default) =>
        ModelTemplate.Parse(template, "test.jinja").Render(
            variables.EnumerateObject()
                .Select(variable => KeyValuePair.Create(variable.Name, (JsonElement?)variable.Value)), new FixedClock(), cancellationToken);

    /// <summary>The error that rendering, or parsing, ends in.</summary>
    public static ModelTemplateException Error(string template, string variables = "{}") =>
        Should.Throw<EngineException>(() => Text(template, variables)).ShouldBeOfType<ModelTemplateException>();
}
