using LmDeploy.ExtensionsAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace LmDeploy.DependencyInjection;

/// <summary>The generator of embeddings of a host's pipeline. Services may have it before the pipeline is loaded, and use it once it is. Thread-safe.</summary>
internal sealed class HostedEmbeddingGenerator(HostedPipeline pipeline, IOptionsMonitor<LmDeployPipelineOptions> options)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(PipelineChatClient.Provider, defaultModelId: pipeline.Name);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var generator = Adapt(await pipeline.GetAsync(cancellationToken).ConfigureAwait(false));
        return await generator.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : pipeline.Loaded is { } loaded ? Adapt(loaded).GetService(serviceType)
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : null;
    }

    public void Dispose()
    {
        // The pipeline is the host's.
    }

    private IEmbeddingGenerator<string, Embedding<float>> Adapt(Pipeline loaded) => loaded.AsIEmbeddingGenerator(options.Get(pipeline.Name).Embeddings);
}
