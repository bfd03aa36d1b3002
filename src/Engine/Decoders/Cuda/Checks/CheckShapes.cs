using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>
/// The shapes that the kernel self-test compiles for: every element type, every activation, attention with and without tensor cores, whole and
/// partial rotation, few and many experts.
/// </summary>
internal static class CheckShapes
{
    public static IReadOnlyList<KernelDefinitions> All { get; } =
    [
        new(torch.ScalarType.BFloat16, Hidden: 1024, Heads: 16, KeyValueHeads: 4, HeadDim: 128, RotaryDim: 128, BlockSize: 64, Activation.Silu),
        new(torch.ScalarType.Float16, Hidden: 1544, Heads: 14, KeyValueHeads: 2, HeadDim: 64, RotaryDim: 64, BlockSize: 16, Activation.GeluTanh)
        {
            Experts = 60,
            ExpertsPerToken = 4,
        },
        new(torch.ScalarType.Float32, Hidden: 1024, Heads: 16, KeyValueHeads: 4, HeadDim: 128, RotaryDim: 128, BlockSize: 64, Activation.Gelu)
        {
            Experts = 8,
            ExpertsPerToken = 2,
        },
        new(torch.ScalarType.BFloat16, Hidden: 520, Heads: 10, KeyValueHeads: 2, HeadDim: 80, RotaryDim: 40, BlockSize: 64, Activation.Relu)
        {
            Experts = 128,
            ExpertsPerToken = 8,
        },
    ];

    public static string Name(KernelDefinitions sizes) => $"{sizes.Dtype.ToString().ToLowerInvariant()}, {sizes.Heads} heads of {sizes.HeadDim}";

    /// <summary>A few roundings of the type.</summary>
    public static double Tolerance(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Float32 => 1e-4,
        torch.ScalarType.Float16 => 4e-3,
        _ => 0.025,
    };
}
