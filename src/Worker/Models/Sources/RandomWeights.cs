using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.Worker.Models.Parts;
using LmDeploy.Worker.Quantization;
using TorchSharp;

namespace LmDeploy.Worker.Models.Sources;

/// <summary>Random numbers made on the device, the same each time: a model in its full size for measurements, without a checkpoint.</summary>
internal sealed class RandomWeights : IWeightSource
{
    private const long Seed = 1;
    private const double StandardDeviation = 0.02;

    private readonly ByteCounter _counter;

    /// <param name="elements">How many numbers the model has.</param>
    /// <param name="progress">Bytes made so far, and in all.</param>
    private RandomWeights(ComputePlan plan, long elements, Action<long, long> progress)
    {
        (Device, Elements) = (plan.Device, elements);
        // The generators of all devices, which nothing else draws from; TorchSharp makes others for a CPU alone.
        torch.random.manual_seed(Seed).Dispose();
        var total = elements * plan.Dtype.ElementSize();
        _counter = new ByteCounter(made => progress(Math.Min(made, total), total));
    }

    public torch.Device Device { get; }

    public long Elements { get; }

    public long ReadBytes => 0;

    public bool HasDequantized => false;

    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedFeature"/> for a model whose weights are quantized.</exception>
    public static RandomWeights For(string folder, ConfigFile config, DecoderSpec spec, ComputePlan plan, Action<long, long> progress)
    {
        if (WeightFormats.Find(folder, config) is { } format)
        {
            throw new EngineException(
                ErrorCodes.UnsupportedFeature,
                $"load_format is 'dummy', but the weights of '{folder}' are quantized ({format.Description}), and random ones are made as plain numbers only. Take quantization out of its settings.",
                "load_format");
        }

        var shapes = new WeightLoader(new WeightShapes(), plan.Dtype);
        DecoderBuilder.Build(spec, shapes).Dispose();
        return new RandomWeights(plan, shapes.Parameters, progress);
    }

    /// <summary>Nothing is found where it might be missing, so the usual layout of the family is made.</summary>
    public bool Contains(string name) => false;

    public bool IsOutputsFirst(string name) => false;

    public void Fill(torch.Tensor target, string name)
    {
        if (name.EndsWith("bias", StringComparison.Ordinal))
        {
            target.fill_(Number.Of(0L));
        }
        else if (target.Dimensions == 1 && name.EndsWith(".weight", StringComparison.Ordinal))
        {
            target.fill_(Number.Of(1L));
        }
        else
        {
            target.normal_(0, StandardDeviation);
        }

        _counter.Add(target.numel() * target.ElementSize);
    }

    public void Await(torch.Tensor tensor)
    {
        // The device does one after the other.
    }

    public void Complete()
    {
        if (Device.type == DeviceType.CUDA)
        {
            torch.cuda.synchronize();
        }
    }

    public string Describe(string dtype) => $"random, {dtype}";

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}
