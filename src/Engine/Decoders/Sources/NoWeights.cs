using TorchSharp;

namespace LmDeploy.Engine.Decoders.Sources;

/// <summary>A weight source of meta tensors, which have shapes but no storage, to inspect a model without loading it.</summary>
internal sealed class NoWeights : IWeightSource
{
    public torch.Device Device { get; } = new(DeviceType.META);

    public long ReadBytes => 0;

    public bool IsOutputsFirst(string name) => false;

    public void Fill(torch.Tensor target, string name)
    {
        // There is nothing to fill.
    }

    public void Await(torch.Tensor tensor)
    {
        // Nothing is on its way.
    }

    public void Complete()
    {
        // Nothing is on its way.
    }

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}
