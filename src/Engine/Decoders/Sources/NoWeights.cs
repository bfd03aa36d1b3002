using TorchSharp;

namespace LmDeploy.Engine.Decoders.Sources;

/// <summary>Tensors with shapes and no numbers, which take no memory: what a model is made of can be asked of them.</summary>
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
