namespace LmDeploy.Models.Specs;

/// <summary>How a router turns logits into scores.</summary>
internal enum RouterScoring
{
    Softmax,
    Sigmoid,
}
