using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>How embeddings are made. Immutable; a value out of range throws where it is set, also in a <c>with</c> expression.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>
    /// How the vectors of the tokens become one. Default: null, what the model folder says (<c>modules.json</c> and <c>1_Pooling/config.json</c> of
    /// sentence-transformers), else <see cref="EmbeddingPooling.Last"/>.
    /// </summary>
    public EmbeddingPooling? Pooling { get; init => field = value is { } pooling ? Ensure.Defined(pooling) : null; }

    /// <summary>
    /// Whether vectors are made 1 long (Euclidean). Default: null, whether <c>modules.json</c> has Normalize; true where there is no such file.
    /// </summary>
    public bool? Normalize { get; init; }

    /// <summary>
    /// How many of the first numbers are kept, before vectors are made 1 long: for models with Matryoshka embeddings. 1 to the model's hidden size. Default:
    /// null, all.
    /// </summary>
    public int? Dimensions { get; init => field = Ensure.AtLeast(value, 1); }

    internal V1.EmbeddingOptions ToWire()
    {
        var wire = new V1.EmbeddingOptions
        {
            Pooling = Pooling switch
            {
                EmbeddingPooling.Last => V1.Pooling.Last,
                EmbeddingPooling.Mean => V1.Pooling.Mean,
                _ => V1.Pooling.Unspecified,
            },
        };
        if (Normalize is { } normalize)
        {
            wire.Normalize = normalize;
        }

        if (Dimensions is { } dimensions)
        {
            wire.Dimensions = dimensions;
        }

        return wire;
    }
}
