namespace LmDeploy;

/// <summary>Whether a model's generation_config.json says how tokens are chosen where a request leaves that to the model.</summary>
public enum ModelGenerationConfig
{
    /// <summary>It does.</summary>
    Auto,

    /// <summary>It does not. The tokens in it that end an answer do all the same.</summary>
    None,
}
