using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Steps;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>A decoder-only transformer with its weights on one device. Owns them. The engine's thread alone may use it.</summary>
internal sealed class Decoder(
    DecoderSpec spec,
    torch.Tensor embedding,
    torch.Tensor? positionEmbedding,
    IReadOnlyList<DecoderLayer> layers,
    INorm finalNorm,
    Linear? output,
    ScoreHead? score,
    RotaryEmbedding? rope,
    RotaryEmbedding? slidingRope) : IDisposable
{
    private readonly SlotBuffer _slots = new();
    private CudaDecoder? _kernels;

    public DecoderSpec Spec => spec;

    /// <summary>Whether the keys of a token depend on how long its sequence was: then they are of no use to another one.</summary>
    public bool KeysDependOnLength => rope is { DependsOnLength: true } || slidingRope is { DependsOnLength: true };

    public torch.Device Device => embedding.device;

    public torch.ScalarType Dtype => embedding.dtype;

    /// <summary>Whether steps run in our kernels.</summary>
    public bool UsesKernels => _kernels is not null;

    /// <summary>From now on steps run in our kernels.</summary>
    public void UseKernels(int blockSize, int maxBatchSize, int sessionLen) =>
        _kernels = new CudaDecoder(CudaWeights.From(spec, embedding, layers, finalNorm, output, rope, slidingRope), spec, blockSize, maxBatchSize, sessionLen);

    /// <summary>From now on steps run in libtorch's operators.</summary>
    public void DropKernels()
    {
        _kernels?.Dispose();
        _kernels = null;
    }

    /// <summary>Runs one step and writes its keys and values to the cache.</summary>
    /// <param name="flight">Is told of each layer; null for nobody.</param>
    /// <returns>The normalized hidden states [rows, hidden], from which <see cref="Logits"/> makes logits.</returns>
    public torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight = null) =>
        _kernels is { } kernels ? kernels.Forward(batch, cache, flight) : ForwardByOperators(batch, cache, flight);

    /// <inheritdoc cref="IStepQueue.IsRecorded"/>
    public bool IsRecorded(StepBatch batch) => _kernels?.IsRecorded(batch) == true;

    /// <inheritdoc cref="IStepQueue.TryEnqueue"/>
    public IStepOutcome? TryEnqueue(StepBatch batch, KeyValueCache cache, bool withCandidates) => _kernels?.TryEnqueue(batch, cache, withCandidates);

    /// <summary><see cref="Forward"/> without our kernels: on a CPU, and what they are measured by.</summary>
    public torch.Tensor ForwardByOperators(StepBatch batch, KeyValueCache cache, FlightRecord? flight = null)
    {
        using var scope = torch.NewDisposeScope();
        var step = new StepContext(batch, cache, spec.SlidingWindows, _slots, Device);
        var x = Embed(step);
        var angles = rope?.For(batch, step.Positions, Dtype);
        var slidingAngles = slidingRope?.For(batch, step.Positions, Dtype) ?? angles;
        for (var layer = 0; layer < layers.Count; layer++)
        {
            var next = layers[layer].Forward(x, step, spec.SlidingWindows[layer] is null ? angles : slidingAngles);
            x.Dispose();
            x = next;
            flight?.Advance();
        }

        return finalNorm.Forward(x).MoveToOuterDisposeScope();
    }

    /// <param name="hidden">[rows, hidden], of <see cref="Forward"/>.</param>
    /// <returns>[rows, vocabulary], float32.</returns>
    /// <exception cref="InvalidOperationException">The model has no output projection.</exception>
    public torch.Tensor Logits(torch.Tensor hidden)
    {
        if (!spec.HasOutput)
        {
            throw new InvalidOperationException($"{spec.Architecture} has no output projection.");
        }

        using var scope = torch.NewDisposeScope();
        var logits = _kernels is { } kernels ? kernels.Logits(hidden) : output is null ? torch.nn.functional.linear(hidden, embedding) : output.Forward(hidden);
        return Wide(logits, spec.LogitCap).MoveToOuterDisposeScope();
    }

    /// <summary>As float32, and bent to stay between minus and plus the cap.</summary>
    public static torch.Tensor Wide(torch.Tensor logits, double? cap)
    {
        var wide = logits.to(torch.float32);
        return cap is { } bound ? wide.Over(bound).tanh().Times(bound) : wide;
    }

    /// <param name="hidden">[rows, hidden], of <see cref="Forward"/>.</param>
    /// <returns>[rows], float32: what the score layers of a reward model make of each.</returns>
    /// <exception cref="InvalidOperationException">It is no reward model.</exception>
    public torch.Tensor Scores(torch.Tensor hidden) => score?.Forward(hidden) ?? throw new InvalidOperationException($"{spec.Architecture} has no score layer.");

    public void Dispose()
    {
        _kernels?.Dispose();
        _slots.Dispose();
        embedding.Dispose();
        positionEmbedding?.Dispose();
        rope?.Dispose();
        slidingRope?.Dispose();
        finalNorm.Dispose();
        output?.Dispose();
        score?.Dispose();
        foreach (var layer in layers)
        {
            layer.Dispose();
        }
    }

    private torch.Tensor Embed(StepContext step)
    {
        using var scope = torch.NewDisposeScope();
        var x = embedding.index_select(0, step.TokenIds);
        if (spec.EmbeddingScale is { } scale)
        {
            // Rounded to the engine's type, as the models were trained.
            x = x * torch.tensor(scale, Dtype).to(Device);
        }

        return (positionEmbedding is null ? x : x.Plus(positionEmbedding.index_select(0, step.Positions))).MoveToOuterDisposeScope();
    }
}
