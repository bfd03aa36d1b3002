namespace LmDeploy.Worker.Checkpoints;

/// <summary>What a model folder says about generation: the tokens that end it.</summary>
/// <param name="EosTokenIds">From generation_config.json, else from config.json.</param>
internal sealed record GenerationDefaults(IReadOnlyList<int> EosTokenIds)
{
    public static GenerationDefaults Read(string folder, ConfigFile config)
    {
        var ids = ConfigFile.TryOpen(folder, "generation_config.json")?.TokenIds("eos_token_id") ?? [];
        return new GenerationDefaults(ids.Count > 0 ? ids : config.TokenIds("eos_token_id"));
    }
}
