using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Native.Nvrtc;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>Which decoders the kernels compute.</summary>
internal static class CudaSupport
{
    private const int LargestHead = 256;

    /// <summary>Every one of them has its room in buffers that are there from the beginning.</summary>
    private const int MostSequences = 1024;

    private const int MostExperts = 512;
    private const int MostExpertsPerToken = 32;

    /// <returns>What keeps a decoder from them; null for nothing.</returns>
    public static string? WhyNot(DecoderSpec spec, torch.Device device, int maxBatchSize) => true switch
    {
        _ when device.type != DeviceType.CUDA => "the device is no GPU",
        _ when maxBatchSize > MostSequences => $"more than {MostSequences} sequences at once",
        _ when NvrtcLibrary.Handle == 0 => "NVRTC was not found",
        _ => WhyNot(spec),
    };

    /// <inheritdoc cref="WhyNot(DecoderSpec, torch.Device, int)"/>
    public static string? WhyNot(DecoderSpec spec)
    {
        var attention = spec.Attention;
        return true switch
        {
            _ when !spec.HasOutput => "it has no output layer",
            _ when attention.Latent is not null => "latent attention",
            _ when attention.HeadDim % 8 != 0 || attention.HeadDim > LargestHead => $"heads of {attention.HeadDim}",
            _ when attention.QueryKeyNorm == QueryKeyNorm.PerProjection => "a norm over all heads",
            _ when spec.Norm == NormKind.Layer => "norms by mean and variance",
            _ when !spec.GatedMlp || spec.Activation == Activation.ClampedSwiGlu => "the kind of feed-forward network",
            _ when spec.MlpBias || attention.OutputBias => "biases after attention",
            _ when spec.LearnedPositions is not null => "learned positions",
            _ when spec.HiddenSize % 8 != 0 || spec.IntermediateSize % 8 != 0 => "sizes that are no multiples of 8",
            _ when DependsOnLength(spec.Rope) || DependsOnLength(spec.SlidingRope) => "rotary frequencies that depend on the length",
            _ when spec.SlidingRope is { } sliding && sliding.Dimensions != spec.Rope?.Dimensions => "two kinds of rotation",
            _ => spec.Moe is { } moe ? WhyNot(moe) : null,
        };
    }

    private static string? WhyNot(MoeSpec moe) => true switch
    {
        _ when moe.Scoring != RouterScoring.Softmax => "experts that are not chosen by softmax",
        _ when moe.Groups != 1 || moe.CorrectionBias => "experts in groups, or with a bias in their choice",
        _ when moe.RouterBias || moe.ExpertBias => "biases of experts",
        _ when moe.SharedIntermediateSize is not null => "an expert for every token",
        _ when moe.Experts > MostExperts => $"more than {MostExperts} experts",
        _ when moe.ExpertsPerToken > MostExpertsPerToken => $"more than {MostExpertsPerToken} experts for a token",
        _ when moe.IntermediateSize % 8 != 0 => "sizes that are no multiples of 8",
        _ => null,
    };

    private static bool DependsOnLength(RopeSettings? rope) => rope is not null && new RopeFrequencies(rope).DependsOnLength;
}
