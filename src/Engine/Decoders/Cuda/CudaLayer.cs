using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The weights of a layer as the kernels take them. They belong to the layer.</summary>
internal sealed record CudaLayer
{
    public required torch.Tensor? AttentionInputNorm { get; init; }

    public required torch.Tensor? AttentionOutputNorm { get; init; }

    public required torch.Tensor? MlpInputNorm { get; init; }

    public required torch.Tensor? MlpOutputNorm { get; init; }

    public required RopeArguments Rope { get; init; }

    public required AttentionArguments Attention { get; init; }

    public required int? Window { get; init; }

    public required CudaProduct Qkv { get; init; }

    public required CudaProduct Output { get; init; }

    public required ICudaMlp Mlp { get; init; }

    public static CudaLayer From(DecoderLayer layer, DecoderSpec spec, RotaryEmbedding? rope)
    {
        var attention = (Attention)layer.Attention;
        return new CudaLayer
        {
            AttentionInputNorm = Weight(layer.AttentionInputNorm),
            AttentionOutputNorm = Weight(layer.AttentionOutputNorm),
            MlpInputNorm = Weight(layer.MlpInputNorm),
            MlpOutputNorm = Weight(layer.MlpOutputNorm),
            Rope = new RopeArguments(
                attention.Qkv.Bias,
                Weight(attention.QueryNorm),
                Weight(attention.KeyNorm),
                (float)((attention.QueryNorm as RmsNorm)?.Epsilon ?? 0),
                rope?.Frequencies,
                rope?.AttentionFactor ?? 1,
                rope?.Settings.Interleaved ?? false,
                (float)attention.Cached.QueryScale),
            Attention = new AttentionArguments(
                (float)(1 / Math.Sqrt(spec.Attention.HeadDim)), attention.Cached.Window ?? 0, (float)(spec.Attention.ScoreCap ?? 0), attention.Cached.Sinks),
            Window = attention.Cached.Window,
            Qkv = new CudaProduct(attention.Qkv.Weight),
            Output = new CudaProduct(attention.Output.Weight),
            Mlp = layer.Mlp is MoeMlp experts ? new CudaMoeMlp(experts, spec.Moe!) : new CudaGatedMlp((GatedMlp)layer.Mlp),
        };
    }

    private static torch.Tensor? Weight(INorm? norm) => (norm as RmsNorm)?.Weight;
}
