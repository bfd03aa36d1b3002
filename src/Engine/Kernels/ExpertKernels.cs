using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Native.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Kernels;

/// <summary>The kernels of a decoder with experts, see <c>route.cu</c> and <c>experts.cu</c>.</summary>
/// <param name="kernel">A kernel by its name.</param>
internal sealed class ExpertKernels(KernelDefinitions sizes, CudaStream stream, Func<string, CudaKernel> kernel)
{
    /// <summary>Rows of one expert that cost one reading of its weights, at most.</summary>
    public const int RowsAtATime = 32;

    /// <summary>Pairs of a row and an expert that a plan counts, and more than any step that decodes has.</summary>
    public const int MostPairs = (1 << PairBits) - 1;

    public const int MostExperts = 512;

    /// <summary>Experts for each token: a lane of a warp has one of them.</summary>
    public const int MostPerToken = 32;

    private const int PairBits = 20;

    /// <summary>Outputs of a block: as many gates and ups, or twice as many of the second product.</summary>
    private const int Side = 16;

    private readonly CudaKernel _route = kernel("route");
    private readonly CudaKernel _gateUp = kernel("experts_gate_up");
    private readonly CudaKernel _gateUpWide = kernel("experts_gate_up_wide");
    private readonly CudaKernel _down = kernel("experts_down");
    private readonly CudaKernel _downWide = kernel("experts_down_wide");
    private readonly CudaKernel _mix = kernel("mix");

    /// <summary>int32 in a plan: counter, how many experts are used, which, and where the pairs of each begin.</summary>
    public static int PlanIntegers(int experts) => 3 + (2 * experts);

    /// <summary>Compiler options for the sources.</summary>
    public static IReadOnlyList<string> Options(int experts, int perToken) =>
    [
        $"-DEXPERTS={experts}",
        $"-DEXPERTS_PER_TOKEN={perToken}",
        $"-DPLAN_INTEGERS={PlanIntegers(experts)}",
        $"-DPAIR_BITS={PairBits}",
        $"-DEXPERT_SIDE={Side}",
        $"-DEXPERT_ROWS={RowsAtATime}",
    ];

    /// <param name="logits">[rows, experts]</param>
    /// <param name="slots">[rows], int32; negative for a row that is not used.</param>
    /// <param name="normalize">Whether the weights of a row sum to <paramref name="factor"/>.</param>
    public void Route(int rows, nint logits, nint slots, in Routing routing, bool normalize, float factor) =>
        _route.Launch(
            stream, (Blocks(rows, LaunchSizes.Warps), 1, 1), LaunchSizes.Threads, logits, slots, routing.Chosen, routing.Weights, routing.Plan,
            routing.Order, rows, normalize, factor);

    /// <param name="weight">[experts, 2 * size, hidden]</param>
    /// <param name="x">[rows, hidden]</param>
    /// <param name="inner">[rows * experts per token, size], written in the order of the plan.</param>
    public void GateUp(int rows, torch.Tensor weight, nint x, in Routing routing, nint inner, int size) =>
        (sizes.ExpertsAreWide(rows) ? _gateUpWide : _gateUp).Launch(
            stream, (Blocks(size, Side), Places(rows), 1), LaunchSizes.Threads, weight, x, routing.Plan, routing.Order, inner, size);

    /// <param name="weight">[experts, hidden, size]</param>
    /// <param name="inner">Of <see cref="GateUp"/>.</param>
    /// <param name="outputs">[rows, experts per token, hidden], written.</param>
    public void Down(int rows, torch.Tensor weight, nint inner, in Routing routing, nint outputs, int size) =>
        (sizes.ExpertsAreWide(rows) ? _downWide : _down).Launch(
            stream, (Blocks(sizes.Hidden, 2 * Side), Places(rows), 1), LaunchSizes.Threads, weight, inner, routing.Plan, routing.Order, outputs, size);

    /// <param name="outputs">Of <see cref="Down"/>.</param>
    /// <param name="y">[rows, hidden], written.</param>
    public void Mix(int rows, nint outputs, in Routing routing, nint y) =>
        _mix.Launch(stream, (Blocks(sizes.Hidden / 8, LaunchSizes.Threads), rows, 1), LaunchSizes.Threads, outputs, routing.Chosen, routing.Weights, y);

    /// <summary>The most experts that have rows in a step.</summary>
    private int Places(int rows) => Math.Min(sizes.Experts, rows * sizes.ExpertsPerToken);

    private static int Blocks(int items, int perBlock) => (items + perBlock - 1) / perBlock;
}
