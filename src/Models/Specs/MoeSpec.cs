namespace LmDeploy.Models.Specs;

/// <summary>A mixture of experts: each token is computed by the few feed-forward networks that a router gives the highest scores.</summary>
internal sealed record MoeSpec
{
    public required int Experts { get; init; }

    public required int ExpertsPerToken { get; init; }

    /// <summary>The inner size of one expert.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The inner size of the expert that computes every token; null for none.</summary>
    public int? SharedIntermediateSize { get; init; }

    /// <summary>One entry for each layer: whether it has experts or one dense network.</summary>
    public required IReadOnlyList<bool> SparseLayers { get; init; }

    public RouterScoring Scoring { get; init; }

    /// <summary>Whether the chosen scores are made to sum to 1.</summary>
    public bool Normalize { get; init; }

    /// <summary>What the chosen scores are multiplied by in the end.</summary>
    public double ScalingFactor { get; init; } = 1;

    /// <summary>The number of expert groups of equal size. Only experts of the best <see cref="TopGroups"/> groups are chosen.</summary>
    public int Groups { get; init; } = 1;

    public int TopGroups { get; init; } = 1;

    /// <summary>Whether a bias of each expert counts in the choice, but not in the weight (https://arxiv.org/abs/2408.15664).</summary>
    public bool CorrectionBias { get; init; }

    public bool RouterBias { get; init; }

    public bool ExpertBias { get; init; }

    public ExpertLayout Layout { get; init; }
}
