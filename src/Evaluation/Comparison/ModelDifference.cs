namespace LmDeploy.Evaluation;

/// <summary>How two models of a comparison differ.</summary>
public sealed record ModelDifference
{
    /// <summary>The name of one model.</summary>
    public required string First { get; init; }

    /// <summary>The name of the other.</summary>
    public required string Second { get; init; }

    /// <summary>The scorer.</summary>
    public required string Scorer { get; init; }

    /// <summary>The difference, and whether it may be chance.</summary>
    public required PairedDifference Difference { get; init; }
}
