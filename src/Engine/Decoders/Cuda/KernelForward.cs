using System.Numerics;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.StepInput;
using LmDeploy.Models.Specs;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>
/// The forward pass in CUDA kernels: our own between libtorch's matrix products, on one stream and into preallocated memory. A decode step is
/// captured as a CUDA graph once for each batch size and launched as a whole from then on. A step with prompts runs kernel by kernel, with libtorch's
/// attention where there is no prefill kernel. While an instance lives, its stream is the current one of the engine's thread.
/// </summary>
internal sealed class KernelForward : IForward
{
    private const int MostSplits = 64;

    private readonly CudaWeights _weights;
    private readonly DecoderSpec _spec;
    private readonly torch.Device _device;
    private readonly CudaStream _stream = new();
    private readonly nint _streamGuard;
    private readonly DecoderKernels _kernels;
    private readonly int _mostDecodeRows;
    private readonly int _attentionBlocks = AttentionBlocks(CudaDevice.Current());
    private readonly StepBuffers _buffers;
    private readonly torch.Tensor _partials;
    private readonly torch.Tensor _counters;
    private readonly StepInputs _decodeInputs;
    private readonly torch.Tensor _logits;
    private readonly torch.Tensor _ids;
    private readonly torch.Tensor _candidates;
    private readonly StepOutcome[] _outcomes;
    private readonly Dictionary<int, DecodeGraph> _graphs = [];
    private StepInputs? _mixedInputs;
    private long _steps;

    /// <param name="weights">Not owned.</param>
    /// <param name="maxBatchSize">The most sequences in one step.</param>
    /// <param name="sessionLen">The longest sequence.</param>
    /// <exception cref="InvalidOperationException">The kernels do not compile.</exception>
    /// <exception cref="CudaException">The driver refuses something.</exception>
    public KernelForward(CudaWeights weights, DecoderSpec spec, int blockSize, int maxBatchSize, int sessionLen)
    {
        (_weights, _spec, _device) = (weights, spec, weights.Embedding.Table.device);
        torch.cuda.synchronize();
        _streamGuard = TorchShim.EnterStream(_stream.Handle, _device.index);
        var attention = spec.Attention;
        var sizes = new KernelDefinitions(
            weights.Embedding.Table.dtype, spec.HiddenSize, attention.Heads, attention.KeyValueHeads, attention.HeadDim, spec.Rope?.Dimensions ?? 0,
            blockSize, spec.Activation)
        {
            Experts = spec.Moe?.Experts ?? 0,
            ExpertsPerToken = spec.Moe?.ExpertsPerToken ?? 0,
        };
        _kernels = new DecoderKernels(sizes, new KernelCompiler(KernelCompiler.DefaultCacheFolder), _stream);
        _mostDecodeRows = DecodeGraph.Bucket(maxBatchSize);
        _buffers = StepBuffers.Allocate(_mostDecodeRows, spec, weights.Embedding.Table.dtype, _device, withExperts: spec.Moe is not null).Keep();
        var mostSplits = Enumerable.Range(1, _mostDecodeRows).Max(rows => rows * Splits(rows));
        _partials = torch.empty((long)mostSplits * attention.Heads * (attention.HeadDim + 2), dtype: torch.float32, device: _device).DetachFromDisposeScope();
        _counters = torch.zeros((long)_mostDecodeRows * attention.KeyValueHeads * sizes.GroupParts, dtype: torch.int32, device: _device)
            .DetachFromDisposeScope();
        _logits = torch.empty([_mostDecodeRows, weights.Output.Outputs], dtype: weights.Embedding.Table.dtype, device: _device).DetachFromDisposeScope();
        _ids = torch.zeros(_mostDecodeRows, dtype: torch.int32, device: _device).DetachFromDisposeScope();
        _candidates = torch.zeros([_mostDecodeRows, TokenCandidates.Integers], dtype: torch.int32, device: _device).DetachFromDisposeScope();
        _outcomes = [new StepOutcome(_mostDecodeRows, spec.LogitCap), new StepOutcome(_mostDecodeRows, spec.LogitCap)];
        _decodeInputs = new StepInputs(_mostDecodeRows, _mostDecodeRows * ((sessionLen + blockSize - 1) / blockSize), _device);
    }

    public torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight) =>
        TryRun(batch, cache) is { } step ? step.Buffers.Normed.Tensor.narrow(0, 0, batch.Rows) : Mixed(batch, cache, flight);

    public bool IsRecorded(StepBatch batch) => IsMadeFor(batch) && _graphs.TryGetValue(DecodeGraph.Bucket(batch.Rows), out var step) && step.Graph is not null;

    public IStepOutcome? TryEnqueue(StepBatch batch, KeyValueCache cache, bool withCandidates)
    {
        var rows = batch.Slices.Count;
        if (rows > _mostDecodeRows)
        {
            return null;
        }

        using var scope = torch.NewDisposeScope();
        if (TryRun(batch, cache) is null)
        {
            if (batch.SingleTokenSlices == rows)
            {
                return null;
            }

            EnqueueEnds(Mixed(batch, cache, flight: null), rows);
        }

        if (withCandidates)
        {
            _kernels.Candidates(rows, TorchShim.DataPointer(_logits), TorchShim.DataPointer(_candidates), _weights.Output.Outputs);
        }

        var outcome = _outcomes[_steps++ % _outcomes.Length];
        outcome.Enqueue(rows, _ids, withCandidates ? _candidates : null, _logits, _stream);
        return outcome;
    }

    public torch.Tensor Logits(torch.Tensor hidden)
    {
        var rows = hidden.shape[0];
        var logits = torch.empty([rows, _weights.Output.Outputs], dtype: hidden.dtype, device: _device);
        _weights.Output.Run(_kernels, new StepRows(hidden), new StepRows(logits));
        return logits;
    }

    public void Dispose()
    {
        _stream.Synchronize();
        foreach (var graph in _graphs.Values)
        {
            graph.Dispose();
        }

        _mixedInputs?.Dispose();
        _decodeInputs.Dispose();
        Array.ForEach(_outcomes, outcome => outcome.Dispose());
        _candidates.Dispose();
        _logits.Dispose();
        _ids.Dispose();
        _buffers.Dispose();
        _partials.Dispose();
        _counters.Dispose();
        _kernels.Dispose();
        TorchShim.LeaveStream(_streamGuard);
        _stream.Dispose();
    }

    /// <summary>Enqueues a step that only decodes, down to its logits and the largest of them.</summary>
    /// <returns>Null when this is not such a step.</returns>
    private DecodeGraph? TryRun(StepBatch batch, KeyValueCache cache)
    {
        if (!IsMadeFor(batch))
        {
            return null;
        }

        var rows = DecodeGraph.Bucket(batch.Rows);
        if (!_graphs.TryGetValue(rows, out var step))
        {
            step = DecodeGraph.Allocate(rows, Splits(rows), _buffers, _logits);
            _graphs.Add(rows, step);
        }

        _decodeInputs.Fill(batch, rows, _stream);
        if (step.Graph is { } graph)
        {
            graph.Launch(_stream);
        }
        else
        {
            // The first run is not captured: libraries may allocate in it, which graph capture forbids.
            Run();
            _graphs[rows] = step with { Graph = _stream.Capture(Run) };
        }

        return step;

        void Run()
        {
            Enqueue(step.Buffers, _decodeInputs, cache, step.Rows, step.Splits, [], flight: null);
            _weights.Output.Run(_kernels, step.Buffers.Normed, step.Logits);
            _kernels.Argmax(rows, step.Logits.Pointer, TorchShim.DataPointer(_ids), _weights.Output.Outputs);
        }
    }

    /// <summary>Enqueues what comes after the hidden states of a step with prompts: logits of the last row of every slice, and the largest of them.</summary>
    private void EnqueueEnds(torch.Tensor hidden, int rows)
    {
        var (ends, logits) = (new StepRows(_buffers.Normed.Tensor.narrow(0, 0, rows)), new StepRows(_logits.narrow(0, 0, rows)));

        // Rows of the hidden states, taken like rows of an embedding.
        _kernels.Embed(rows, _mixedInputs!.Ends, TorchShim.DataPointer(_ids), hidden, scale: 1, ends.Pointer);
        _weights.Output.Run(_kernels, ends, logits);
        _kernels.Argmax(rows, logits.Pointer, TorchShim.DataPointer(_ids), _weights.Output.Outputs);
    }

    private bool IsMadeFor(StepBatch batch) => batch.SingleTokenSlices == batch.Slices.Count && batch.Rows <= _mostDecodeRows && _decodeInputs.Holds(batch);

    private torch.Tensor Mixed(StepBatch batch, KeyValueCache cache, FlightRecord? flight)
    {
        using var scope = torch.NewDisposeScope();
        if (_mixedInputs?.Holds(batch) != true)
        {
            var before = _mixedInputs;
            _mixedInputs = null;
            _mixedInputs = StepInputs.For(batch, before, _device);
        }

        _mixedInputs.Fill(batch, batch.Rows, _stream);
        var buffers = StepBuffers.Allocate(
            batch.Rows, _spec, _weights.Embedding.Table.dtype, _device,
            withExperts: ExpertBuffers.IsWorthIt(batch.Rows, _spec, _weights.Embedding.Table.dtype));
        List<CudaPrefill> prefills = _kernels.AttendsPrompts
            ? []
            : [.. batch.Slices.Skip(batch.SingleTokenSlices).Select(slice => new CudaPrefill(slice, _spec.Attention, _weights.Embedding.Table.dtype, _device))];
        var decoding = batch.SingleTokenSlices;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decoding, _mostDecodeRows);
        Enqueue(buffers, _mixedInputs, cache, decoding, decoding == 0 ? 1 : Splits(decoding), prefills, flight);
        return buffers.Normed.Tensor.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Blocks of one attention launch: as many as are resident on the device at a time, rounded down to a power of two, which batches and heads
    /// divide evenly more often. 2048 on an H200.
    /// </summary>
    public static int AttentionBlocks(CudaDevice device) => 1 << BitOperations.Log2((uint)device.ResidentBlocks(LaunchSizes.AttentionThreads));

    /// <summary>The number of splits: blocks that share the attention of one sequence in a batch.</summary>
    private int Splits(int rows) => Math.Clamp(_attentionBlocks / (rows * _spec.Attention.KeyValueHeads * _kernels.Sizes.GroupParts), 1, MostSplits);

    private void Enqueue(
        StepBuffers buffers, StepInputs inputs, KeyValueCache cache, int decoding, int splits, IReadOnlyList<CudaPrefill> prefills, FlightRecord? flight)
    {
        var rows = buffers.X.Rows;
        var x = buffers.X.Pointer;
        _kernels.Embed(rows, inputs.Tokens, TorchShim.DataPointer(_ids), _weights.Embedding.Table, _weights.Embedding.Scale, x);
        nint delta = 0;
        torch.Tensor? post = null;
        for (var index = 0; index < _weights.Layers.Count; index++)
        {
            var layer = _weights.Layers[index];
            var (keys, values) = (cache.Keys(index), cache.Values(index));
            _kernels.AddNorm(rows, x, delta, post, layer.AttentionInputNorm?.Weight, buffers.Normed.Pointer, _weights.NormEpsilon);
            layer.Attention.Qkv.Run(_kernels, buffers.Normed, buffers.Qkv);
            _kernels.RopeToCache(rows, buffers.Qkv.Pointer, layer.Attention.Rope, inputs.Positions, inputs.Slots, keys, values);
            if (decoding > 0)
            {
                _kernels.Attend(
                    decoding, splits, buffers.Qkv.Pointer, keys, values, inputs.Lengths, buffers.Attended.Pointer, layer.Attention.Arguments,
                    _partials, _counters);
            }

            if (_kernels.AttendsPrompts && inputs.Prompts is { Count: > 0 } prompts)
            {
                _kernels.AttendPrompts(prompts, buffers.Qkv.Pointer, keys, values, buffers.Attended.Pointer, layer.Attention.Arguments);
            }

            Prefill(layer.Attention, buffers, keys, values, decoding, prefills);
            layer.Attention.Output.Run(_kernels, buffers.Attended, buffers.Delta);
            _kernels.AddNorm(
                rows, x, buffers.Delta.Pointer, layer.AttentionOutputNorm?.Weight, layer.MlpInputNorm?.Weight, buffers.Normed.Pointer, _weights.NormEpsilon);
            layer.Mlp.Run(_kernels, buffers, inputs.Slots);
            (delta, post) = (buffers.Delta.Pointer, layer.MlpOutputNorm?.Weight);
            flight?.Advance();
        }

        _kernels.AddNorm(rows, x, delta, post, _weights.FinalNorm.Weight, buffers.Normed.Pointer, _weights.NormEpsilon);
    }

    private void Prefill(CudaAttention layer, StepBuffers buffers, torch.Tensor keys, torch.Tensor values, int row, IReadOnlyList<CudaPrefill> prefills)
    {
        var attention = _spec.Attention;
        foreach (var prefill in prefills)
        {
            using var scope = torch.NewDisposeScope();
            var qkv = buffers.Qkv.Tensor.narrow(0, row, prefill.Count).view(prefill.Count, attention.Heads + (2 * attention.KeyValueHeads), attention.HeadDim);
            buffers.Attended.Tensor.narrow(0, row, prefill.Count).copy_(prefill.Attend(qkv, keys, values, layer));
            row += prefill.Count;
        }
    }
}
