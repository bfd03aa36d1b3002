namespace LmDeploy.Models.Weights;

/// <summary>The feed-forward network of a layer.</summary>
internal interface IMlpWeights
{
    IEnumerable<WeightTensor> Tensors { get; }
}
