using System.Text.Json;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Models.Texts;

/// <summary>Renders the smallest conversation with a template, to see whether it does.</summary>
internal static class TemplateTrial
{
    private static readonly JsonElement _conversation = JsonDocument.Parse("""[{"role":"user","content":"Hello"}]""").RootElement;

    /// <summary>The prompt that one user's message "Hello" becomes.</summary>
    /// <exception cref="ModelTemplateException">preprocess_failed: the template rejects it, fails or exceeds a bound.</exception>
    public static string Render(ModelTemplate template, SpecialTokens tokens, TimeProvider clock, CancellationToken cancellationToken) =>
        template.Render(
            new ChatTemplateInput { Messages = _conversation, SpecialTokens = tokens.Variables, Clock = clock, CancellationToken = cancellationToken });
}
