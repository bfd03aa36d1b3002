using TorchSharp;

namespace LmDeploy.Worker.Models.Sources;

/// <summary>Shapes without numbers: what is built of them takes no memory, and tells how many numbers there would be.</summary>
internal sealed class WeightShapes : IWeightSource
{
    public torch.Device Device => torch.META;

    public long Elements => 0;

    public long ReadBytes => 0;

    public bool HasDequantized => false;

    public bool Contains(string name) => false;

    public bool IsOutputsFirst(string name) => false;

    public void Fill(torch.Tensor target, string name)
    {
        // There is nothing to fill.
    }

    public void Await(torch.Tensor tensor)
    {
        // There is nothing to wait for.
    }

    public void Complete()
    {
        // There is nothing to wait for.
    }

    public string Describe(string dtype) => "";

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}
