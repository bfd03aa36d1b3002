namespace LmDeploy.Worker.Models;

/// <summary>How a router turns logits into scores.</summary>
internal enum RouterScoring
{
    Softmax,
    Sigmoid,
}
