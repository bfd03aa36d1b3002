using System.Runtime.InteropServices;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>Copies the argmax ids, the largest logits and, where asked for, all logits of a step to pinned host memory. Reused step after step.</summary>
/// <param name="mostRows">Rows of the largest step.</param>
/// <param name="cap">The soft cap of the logits; null for none.</param>
internal sealed class StepOutcome(int mostRows, double? cap) : IStepOutcome, IDisposable
{
    /// <summary>Above this multiple of the cap, different logits may become equal in float32 once capped.</summary>
    private const int MostBent = 6;

    private readonly PinnedBuffer _ids = new(mostRows);
    private readonly PinnedBuffer _candidates = new(mostRows * TokenCandidates.Integers);
    private readonly CudaEvent _done = new();
    private PinnedBuffer? _wide;
    private torch.Tensor? _logits;
    private CudaStream? _stream;
    private int _rows;

    public ReadOnlySpan<int> MostProbable => _ids.Span[.._rows];

    /// <summary>Enqueues the copies of a step's results. Waits for the copies of its previous step, whose buffers it reuses.</summary>
    /// <param name="ids">[rows], int32</param>
    /// <param name="candidates">[rows, <see cref="TokenCandidates.Integers"/>], int32; null where they are not wanted.</param>
    /// <param name="logits">[rows, vocabulary], in the engine's type. Not owned.</param>
    public void Enqueue(int rows, torch.Tensor ids, torch.Tensor? candidates, torch.Tensor logits, CudaStream stream)
    {
        _done.Synchronize();
        (_rows, _logits, _stream) = (rows, logits, stream);
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

    public ReadOnlySpan<float> Logits(ReadOnlySpan<int> rows)
    {
        using var scope = torch.NewDisposeScope();
        var index = torch.tensor(rows.ToArray()).to(_logits!.device);
        var wide = Decoder.Wide(_logits.index_select(0, index), cap).contiguous();
        var count = checked((int)wide.numel());
        if (_wide is null || _wide.Span.Length < count)
        {
            _wide?.Dispose();
            _wide = null;
            _wide = new PinnedBuffer(count);
        }

        _wide.CopyFrom(TorchShim.DataPointer(wide), count, _stream!);
        _stream!.Synchronize();
        return MemoryMarshal.Cast<int, float>(_wide.Span[..count]);
    }

    public void Dispose()
    {
        _done.Dispose();
        _ids.Dispose();
        _candidates.Dispose();
        _wide?.Dispose();
    }
}
