namespace LmDeploy.Models.Specs;

/// <summary>Multi-head latent attention (https://arxiv.org/abs/2405.04434): keys and values are projections of one small vector for each token.</summary>
internal sealed record LatentSpec
{
    /// <summary>The size of the vector that queries are projected from; null when they come straight from the hidden state.</summary>
    public int? QueryRank { get; init; }

    /// <summary>The size of the vector that keys and values are projected from.</summary>
    public required int KeyValueRank { get; init; }

    /// <summary>Dimensions of a query or key head that are not rotated.</summary>
    public required int NopeDim { get; init; }

    /// <summary>Dimensions of a query head that are rotated; the key's are the same for all heads.</summary>
    public required int RopeDim { get; init; }

    public required int ValueDim { get; init; }

    /// <summary>Whether the projections of the hidden state, and the output's, have a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>Of the norms on the two small vectors.</summary>
    public required double NormEpsilon { get; init; }

    public int QueryHeadDim => NopeDim + RopeDim;
}
