using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Models.Texts;

/// <summary>What a model folder has for text: its tokenizer and, where it has one, its chat template. Immutable, and safe for concurrent use.</summary>
/// <param name="Template">Null for a model without one.</param>
internal sealed record ModelText(ModelTokenizer Tokenizer, ModelTemplate? Template)
{
    /// <summary>Reads the tokenizer and the template, each on a thread of the pool: a large tokenizer takes some 100 ms.</summary>
    /// <param name="template">A template instead of the folder's; empty for the folder's.</param>
    /// <exception cref="EngineException">invalid_tokenizer or invalid_template, naming the file and the place in it.</exception>
    public static async Task<ModelText> ReadAsync(string folder, string template, CancellationToken cancellationToken)
    {
        var tokenizer = Task.Run(() => ModelTokenizer.Load(folder), cancellationToken);
        var chosen = Task.Run(() => TemplateOf(folder, template), cancellationToken);
        await Task.WhenAll(tokenizer, chosen).ConfigureAwait(false);
        return new ModelText(await tokenizer.ConfigureAwait(false), await chosen.ConfigureAwait(false));
    }

    /// <summary>The template that a model is served with.</summary>
    /// <param name="template">As in <see cref="ReadAsync"/>.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="EngineException">invalid_template.</exception>
    public static ModelTemplate? TemplateOf(string folder, string template) =>
        template.Length > 0 ? ModelTemplate.Parse(template, "chat_template") : ModelTemplate.Find(folder);

    /// <summary>The tokens that end an answer: those of generation_config.json, else those of config.json.</summary>
    /// <exception cref="EngineException">invalid_config: a file is broken.</exception>
    public static IReadOnlyList<int> EndTokens(string folder, ConfigFile config) =>
        ConfigFile.TryOpen(folder, "generation_config.json")?.TokenIds("eos_token_id") is { Count: > 0 } ids ? ids : config.TokenIds("eos_token_id");

    /// <summary>
    /// Checks what is quick to check: that there is a tokenizer, that the template can be parsed and that the end tokens can be read. A tokenizer is read whole
    /// only where it is used.
    /// </summary>
    /// <exception cref="EngineException">As <see cref="ReadAsync"/> and <see cref="EndTokens"/>.</exception>
    public static void Check(string folder, string template, ConfigFile config)
    {
        ModelTokenizer.Find(folder);
        TemplateOf(folder, template);
        EndTokens(folder, config);
    }
}
