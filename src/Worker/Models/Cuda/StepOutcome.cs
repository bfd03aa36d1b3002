using LmDeploy.Worker.Kernels;
using LmDeploy.Worker.Native.Cuda;
using LmDeploy.Worker.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Worker.Models.Cuda;

/// <summary>The way of what one step chose, and of its largest logits, to the host. For one step after the other; owns its host memory.</summary>
/// <param name="mostRows">Rows of the largest step.</param>
/// <param name="cap">What logits are bent by; null for nothing.</param>
internal sealed class StepOutcome(int mostRows, double? cap) : IStepOutcome, IDisposable
{
    /// <summary>Above so many caps bent logits that differ may be equal in float32.</summary>
    private const int MostBent = 6;

    private readonly PinnedBuffer _ids = new(mostRows);
    private readonly PinnedBuffer _candidates = new(mostRows * TokenCandidates.Integers);
    private readonly CudaEvent _done = new();
    private torch.Tensor? _logits;
    private int _rows;

    public ReadOnlySpan<int> MostProbable => _ids.Span[.._rows];

    /// <summary>Enqueues the copies of a step's results, once those of the step before that were made for it.</summary>
    /// <param name="ids">[rows], int32</param>
    /// <param name="candidates">[rows, <see cref="TokenCandidates.Integers"/>], int32; null where they are not wanted.</param>
    /// <param name="logits">[rows, vocabulary], in the engine's type. Not owned.</param>
    public void Enqueue(int rows, torch.Tensor ids, torch.Tensor? candidates, torch.Tensor logits, CudaStream stream)
    {
        _done.Synchronize();
        (_rows, _logits) = (rows, logits);
        _ids.CopyFrom(TorchShim.DataPointer(ids), rows, stream);
        if (candidates is not null)
        {
            _candidates.CopyFrom(TorchShim.DataPointer(candidates), rows * TokenCandidates.Integers, stream);
        }

        _done.Record(stream);
    }

    public void Wait() => _done.Synchronize();

    public (int[] Ids, float[] Logits)? Candidates(int row)
    {
        var read = TokenCandidates.Read(_candidates.Span.Slice(row * TokenCandidates.Integers, TokenCandidates.Integers));
        if (read is not { } found || cap is not { } bound)
        {
            return read;
        }

        return found.Logits[^1] > MostBent * bound ? null : (found.Ids, [.. found.Logits.Select(logit => (float)(bound * Math.Tanh(logit / bound)))]);
    }

    public torch.Tensor Logits(int row) => Decoder.Wide(_logits!.narrow(0, row, 1), cap);

    public void Dispose()
    {
        _done.Dispose();
        _ids.Dispose();
        _candidates.Dispose();
    }
}
