using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Token embeddings, and learned position embeddings where the model has them. Owns its weights.</summary>
/// <param name="weight">[vocabulary, hidden]</param>
/// <param name="positions">[positions, hidden]; null where they are not learned.</param>
/// <param name="scale">What the vectors of tokens are multiplied by; null for nothing.</param>
internal sealed class TokenEmbedding(torch.Tensor weight, torch.Tensor? positions, double? scale) : IDisposable
{
    public torch.Tensor Weight => weight;

    /// <returns>[rows, hidden]</returns>
    public torch.Tensor Forward(StepContext step)
    {
        using var scope = torch.NewDisposeScope();
        var x = weight.index_select(0, step.TokenIds);
        if (scale is { } factor)
        {
            // Rounded to the engine's type, as the models were trained.
            x = x * torch.tensor(factor, weight.dtype).to(weight.device);
        }

        return (positions is null ? x : x.Plus(positions.index_select(0, step.Positions))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="INorm.Lower"/>
    public Lowering<CudaEmbedding> Lower() => Lowering.Unless(WhyNot(), () => new CudaEmbedding(weight, Rounded((float)(scale ?? 1))));

    public void Dispose()
    {
        weight.Dispose();
        positions?.Dispose();
    }

    private string? WhyNot() => true switch
    {
        _ when positions is not null => "positions: a learned embedding has no kernel form",
        _ when weight.shape[1] % 8 != 0 => $"embedding: a hidden size of {weight.shape[1]} is no multiple of 8",
        _ => null,
    };

    private float Rounded(float value)
    {
        using var scope = torch.NewDisposeScope();
        return torch.tensor(value).to(weight.dtype).to(torch.float32).item<float>();
    }
}
