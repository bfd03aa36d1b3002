namespace LmDeploy.Evaluation;

/// <summary>How two models of a comparison differ.</summary>
/// <param name="First">The name of one model.</param>
/// <param name="Second">The name of the other.</param>
/// <param name="Scorer">The scorer.</param>
/// <param name="Difference">The difference, and whether it may be chance.</param>
public sealed record ModelDifference(string First, string Second, string Scorer, PairedDifference Difference);
