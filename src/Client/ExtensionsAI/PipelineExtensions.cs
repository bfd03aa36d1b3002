using System.ComponentModel;
using LmDeploy.ExtensionsAI;
using AI = Microsoft.Extensions.AI;

namespace LmDeploy;

/// <summary>Pipelines as the clients of Microsoft.Extensions.AI.</summary>
public static class PipelineExtensions
{
    /// <summary>A chat client that answers with the pipeline. It may be used by several threads at once; disposing it leaves the pipeline as it is.</summary>
    /// <param name="pipeline">A pipeline whose model has a chat template.</param>
    public static AI.IChatClient AsIChatClient(this Pipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return new PipelineChatClient(pipeline);
    }

    /// <summary>The former name of <see cref="AsIChatClient"/>.</summary>
    [Obsolete("Use AsIChatClient, as Microsoft.Extensions.AI names such methods.")]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static AI.IChatClient AsChatClient(this Pipeline pipeline) => pipeline.AsIChatClient();

    /// <summary>
    /// A generator of embeddings that computes with the pipeline. It may be used by several threads at once; disposing it leaves the pipeline as it is.
    /// </summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="options">How vectors are made, but for what a call says. Default: <see cref="EmbeddingOptions"/>'s defaults.</param>
    public static AI.IEmbeddingGenerator<string, AI.Embedding<float>> AsIEmbeddingGenerator(this Pipeline pipeline, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return new PipelineEmbeddingGenerator(pipeline, options ?? new EmbeddingOptions());
    }
}
