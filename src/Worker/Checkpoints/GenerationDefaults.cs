using LmDeploy.Worker.Tokenization;

namespace LmDeploy.Worker.Checkpoints;

/// <summary>What a model folder says about generation: the tokens that end it.</summary>
/// <param name="EosTokenIds">From generation_config.json, else from config.json.</param>
internal sealed record GenerationDefaults(IReadOnlyList<int> EosTokenIds)
{
    /// <summary>The tokens that end a generation: these and the tokenizer's own.</summary>
    public IReadOnlyList<int> EosTokens(Tokenizer tokenizer) =>
        tokenizer.SpecialTokens.EosToken is { } eos && tokenizer.IdOf(eos) is { } id ? [.. EosTokenIds.Append(id).Distinct()] : EosTokenIds;

    public static GenerationDefaults Read(string folder, ConfigFile config)
    {
        var ids = ConfigFile.TryOpen(folder, "generation_config.json")?.TokenIds("eos_token_id") ?? [];
        return new GenerationDefaults(ids.Count > 0 ? ids : config.TokenIds("eos_token_id"));
    }
}
