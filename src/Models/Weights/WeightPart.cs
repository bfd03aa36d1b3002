namespace LmDeploy.Models.Weights;

/// <summary>A tensor that a family's checkpoints have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Outermost dimension first.</param>
internal readonly record struct WeightPart(string Name, params long[] Shape);
