using LmDeploy.Engine.Errors;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Embeddings;

/// <summary>Computes an embedding of each prompt by pooling the hidden states after the last norm. Thread-safe.</summary>
internal sealed class EmbeddingEncoder(PromptEncoder encoder, EngineThread engine, EmbeddingDefaults defaults, int hiddenSize, int sessionLen)
{
    private const double LeastLength = 1e-12;

    /// <exception cref="EngineException"><see cref="ErrorCodes.RequestCancelled"/>.</exception>
    public async Task<EmbeddingResult> EncodeAsync(Prompt prompt, EmbeddingOptions options, RequestOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            var (isMean, dimensions) = (IsMean(options), Dimensions(options));
            var ids = encoder.EncodeWithin(sessionLen, prompt, cancellationToken).Ids;
            PrefillLimits.Check(ids.Length, sessionLen);
            IPooling pooling = isMean ? new MeanPooling(ids.Length) : new LastPooling(ids.Length);
            var request = PrefillRequest.Create(origin, ids, [pooling], cancellationToken);
            engine.Submit(request);
            await request.Done.ConfigureAwait(false);
            var vector = pooling.Vector.AsSpan(0, dimensions);
            if (options.HasNormalize ? options.Normalize : defaults.Normalize)
            {
                Normalize(vector);
            }

            return new EmbeddingResult { Vector = { vector.ToArray() }, InputTokenLen = ids.Length };
        }
        catch (EngineException e) when (e.Code != ErrorCodes.RequestCancelled)
        {
            return new EmbeddingResult { Error = EngineError.ToError(e) };
        }
    }

    private static void Normalize(Span<float> vector)
    {
        var sum = 0.0;
        foreach (var number in vector)
        {
            sum += (double)number * number;
        }

        var length = Math.Max(Math.Sqrt(sum), LeastLength);
        foreach (ref var number in vector)
        {
            number = (float)(number / length);
        }
    }

    private bool IsMean(EmbeddingOptions options)
    {
        if (defaults.Problem is { } problem && (options.Pooling == Pooling.Unspecified || !options.HasNormalize))
        {
            throw new EngineException(
                ErrorCodes.UnsupportedFeature,
                $"{problem}; supported are the poolings lasttoken and mean_tokens, and Normalize. Give both pooling and normalize to have vectors without it.",
                "pooling");
        }

        return (options.Pooling == Pooling.Unspecified ? defaults.Pooling : options.Pooling) switch
        {
            Pooling.Last => false,
            Pooling.Mean => true,
            var unknown => throw new EngineException(ErrorCodes.InvalidRequest, $"pooling must be last or mean, got {unknown}.", "pooling"),
        };
    }

    private int Dimensions(EmbeddingOptions options) => !options.HasDimensions
        ? hiddenSize
        : options.Dimensions >= 1 && options.Dimensions <= hiddenSize
            ? options.Dimensions
            : throw new EngineException(
                ErrorCodes.InvalidRequest, $"dimensions must be 1 to {hiddenSize}, the model's hidden size, got {options.Dimensions}.", "dimensions");
}
