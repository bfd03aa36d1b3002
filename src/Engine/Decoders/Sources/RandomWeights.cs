using LmDeploy.Engine.Tensors;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Sources;

/// <summary>
/// A weight source of seeded random numbers, generated on the device: measures a model in its full size without a checkpoint (load_format dummy).
/// </summary>
internal sealed class RandomWeights : IWeightSource
{
    private const long Seed = 1;
    private const double StandardDeviation = 0.02;

    private readonly ByteCounter _counter;

    /// <param name="total">How many bytes the model takes.</param>
    /// <param name="progress">Bytes made so far, and in all.</param>
    public RandomWeights(torch.Device device, long total, Action<long, long> progress)
    {
        Device = device;
        // The generators of all devices, which nothing else draws from; TorchSharp makes others for a CPU alone.
        torch.random.manual_seed(Seed).Dispose();
        _counter = new ByteCounter(made => progress(Math.Min(made, total), total));
    }

    public torch.Device Device { get; }

    public long ReadBytes => 0;

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

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}
