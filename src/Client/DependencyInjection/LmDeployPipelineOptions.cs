namespace LmDeploy;

/// <summary>One pipeline of a host; the configuration section <c>LmDeploy:Pipelines:NAME</c>.</summary>
public sealed class LmDeployPipelineOptions
{
    /// <summary>The path of its model folder.</summary>
    /// <value>Required.</value>
    public string Model { get; set; } = "";

    /// <summary>How it is loaded and run. Where it has no <see cref="EngineConfig.Name"/>, the pipeline's own name is used.</summary>
    /// <value>Default: <see cref="EngineConfig"/>'s defaults.</value>
    public EngineConfig Engine { get; set; } = new();

    /// <summary>How its generator of embeddings makes vectors, but for what a call says.</summary>
    /// <value>Default: <see cref="EmbeddingOptions"/>'s defaults.</value>
    public EmbeddingOptions Embeddings { get; set; } = new();
}
