using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>A pipeline as a generator of embeddings. Thread-safe; the pipeline is its caller's.</summary>
internal sealed class PipelineEmbeddingGenerator(Pipeline pipeline, EmbeddingOptions defaults) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(
        PipelineChatClient.Provider, defaultModelId: pipeline.Name, defaultModelDimensions: defaults.Dimensions ?? pipeline.Model.HiddenSize);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ChatOptionsMap.CheckModel(pipeline, options?.ModelId);
        if (options?.AdditionalProperties is { Count: > 0 } additional)
        {
            throw new NotSupportedException($"EmbeddingGenerationOptions.AdditionalProperties has {additional.Keys.First()}, which means nothing here.");
        }

        var raw = options?.RawRepresentationFactory?.Invoke(this) switch
        {
            null => defaults,
            EmbeddingOptions asked => asked,
            var other => throw new NotSupportedException(
                $"EmbeddingGenerationOptions.RawRepresentationFactory made a {other.GetType().Name}; it must make {nameof(EmbeddingOptions)} or null."),
        };
        var computed = await pipeline.GetEmbeddingsAsync(
            values, raw with { Dimensions = options?.Dimensions ?? raw.Dimensions }, cancellationToken).ConfigureAwait(false);
        if (computed.FirstOrDefault(embedding => embedding.ErrorCode is not null) is { } failed)
        {
            throw new LmDeployException(failed.ErrorCode!, failed.ErrorMessage ?? "");
        }

        var now = DateTimeOffset.UtcNow;
        var tokens = computed.Sum(embedding => (long)embedding.InputTokenLen);
        return new GeneratedEmbeddings<Embedding<float>>(
            computed.Select(embedding => new Embedding<float>(embedding.Vector) { CreatedAt = now, ModelId = pipeline.Name }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(Pipeline) ? pipeline
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
        // The pipeline is its caller's.
    }
}
