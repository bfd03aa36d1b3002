using LmDeploy.Engine.Native.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>A decode step of one batch size, recorded as a CUDA graph. Owns the graph and its views of the buffers.</summary>
/// <param name="Buffers">Views of the first rows.</param>
/// <param name="Logits">[rows, vocabulary], in the engine's type.</param>
/// <param name="Splits">Blocks that share the attention of one sequence.</param>
/// <param name="Graph">Null until the step has run once.</param>
internal sealed record DecodeGraph(int Rows, StepBuffers Buffers, StepRows Logits, int Splits, CudaGraph? Graph) : IDisposable
{
    private const int Fine = 8;

    /// <summary>The batch size that a step is padded to. Few sizes keep the number of graphs small, and little of a step is wasted on padding.</summary>
    public static int Bucket(int rows) => rows switch
    {
        <= 2 => rows,
        <= 4 => 4,
        <= 64 => Up(rows, Fine),
        <= 128 => Up(rows, 2 * Fine),
        <= 256 => Up(rows, 4 * Fine),
        _ => Up(rows, 8 * Fine),
    };

    /// <summary>With views of the first rows, not recorded yet.</summary>
    public static DecodeGraph Allocate(int rows, int splits, StepBuffers buffers, torch.Tensor logits) =>
        new(rows, buffers.First(rows).Keep(), new StepRows(logits.narrow(0, 0, rows).DetachFromDisposeScope()), splits, Graph: null);

    public void Dispose()
    {
        Graph?.Dispose();
        Logits.Tensor.Dispose();
        Buffers.Dispose();
    }

    private static int Up(int rows, int step) => (rows + step - 1) / step * step;
}
