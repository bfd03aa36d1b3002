using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Kernels;

/// <summary>Compile-time constants of the kernels of a decoder.</summary>
internal sealed record KernelDefinitions(
    torch.ScalarType Dtype, int Hidden, int Heads, int KeyValueHeads, int HeadDim, int RotaryDim, int BlockSize, Activation Activation)
{
    /// <summary>The largest size of an attention head.</summary>
    public const int LargestHead = 256;

    private const int FewRows = 8;
    private const int FewRowsOfAnExpert = 4;
    private const int LargestPart = 8;
    private const int LargestNormBlock = 1024;

    /// <summary>What <c>activation.cu</c> computes, by the names that it has there.</summary>
    private static readonly Dictionary<Activation, string> Activations = new()
    {
        [Activation.Silu] = "SILU",
        [Activation.Gelu] = "GELU",
        [Activation.GeluTanh] = "GELU_TANH",
        [Activation.Relu] = "RELU",
    };

    /// <summary>How many experts a layer with experts has; 0 for a decoder without.</summary>
    public int Experts { get; init; }

    public int ExpertsPerToken { get; init; }

    /// <summary>How many of the query heads that share a key one block computes.</summary>
    public int GroupPart => Enumerable.Range(1, LargestPart).Last(part => Heads / KeyValueHeads % part == 0);

    /// <summary>Blocks that share the query heads of one key-value head.</summary>
    public int GroupParts => Heads / KeyValueHeads / GroupPart;

    /// <summary>Threads for one row of a norm, eight elements each where the row is not too long.</summary>
    public int NormThreads => Math.Min(LargestNormBlock, ((Hidden / 8) + 31) / 32 * 32);

    /// <summary>Whether there is a kernel for the attention of prompts, on a device that has its instructions.</summary>
    public bool CanAttendPrompts => Dtype != torch.ScalarType.Float32 && HeadDim is (64 or 128);

    /// <summary>Whether experts have many rows each in a step. The wide kernels for such steps keep fewer loads in flight.</summary>
    public bool ExpertsAreWide(int rows) => rows > FewRows && rows * ExpertsPerToken > FewRowsOfAnExpert * Experts;

    /// <summary>Whether there is a kernel for gated networks with this activation.</summary>
    public static bool Computes(Activation activation) => Activations.ContainsKey(activation);

    /// <summary>Compiler options: one <c>-D</c> a constant, of this decoder and of all launches. The sources have none of these numbers themselves.</summary>
    public IReadOnlyList<string> Options =>
    [
        $"-DELEMENT_{Dtype switch { torch.ScalarType.Float32 => "FLOAT", torch.ScalarType.BFloat16 => "BFLOAT16", _ => "FLOAT16" }}",
        $"-DHIDDEN={Hidden}",
        $"-DNORM_THREADS={NormThreads}",
        $"-DHEADS={Heads}",
        $"-DKV_HEADS={KeyValueHeads}",
        $"-DHEAD_DIM={HeadDim}",
        $"-DROTARY_DIM={RotaryDim}",
        $"-DGROUP_PART={GroupPart}",
        $"-DLANES={Lanes}",
        $"-DBLOCK_SIZE={BlockSize}",
        $"-DACTIVATION_{Activations[Activation]}",
        .. LaunchSizes.Options,
        .. PromptTiles.Options,
        .. TokenCandidates.Options,
        .. Experts > 0 ? ExpertKernels.Options(Experts, ExpertsPerToken) : [],
    ];

    /// <summary>Lanes of a warp that share a key, eight of its elements each: a power of two.</summary>
    private int Lanes => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)HeadDim / 8);
}
