namespace LmDeploy.Models.Weights;

/// <summary>The attention of a layer.</summary>
internal interface IAttentionWeights
{
    IEnumerable<WeightTensor> Tensors { get; }
}
