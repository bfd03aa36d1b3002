namespace LmDeploy.Models.Weights;

/// <summary>A product with a matrix.</summary>
/// <param name="Matrix">[outputs, inputs]</param>
/// <param name="Bias">[outputs]; null for none.</param>
internal sealed record LinearWeights(WeightTensor Matrix, WeightTensor? Bias = null)
{
    /// <param name="name">Without the <c>.weight</c> and <c>.bias</c>.</param>
    /// <param name="inputsFirst">Whether plain checkpoints of the family have the matrix as [inputs, outputs].</param>
    public LinearWeights(string name, long outputs, long inputs, bool bias, bool inputsFirst = false)
        : this(new WeightTensor($"{name}.weight", outputs, inputs) { InputsFirst = inputsFirst }, bias ? new WeightTensor($"{name}.bias", outputs) : null)
    {
    }

    public IEnumerable<WeightTensor> Tensors => Bias is null ? [Matrix] : [Matrix, Bias];
}
